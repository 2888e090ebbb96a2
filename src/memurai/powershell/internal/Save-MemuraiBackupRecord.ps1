function Save-MemuraiBackupRecord {
    <#
    .SYNOPSIS
        Writes last-run.json, the metrics and the events of a run; what can't be written is a failure of the run.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Run
        The table of Invoke-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiBackupRecord -Job $job -Run $run
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [hashtable]$Run
    )

    $steps = @(
        {
            $record = [pscustomobject]@{
                ExitCode   = $Run.ExitCode
                StartedUtc = ConvertTo-WinTimeText -Time $Run.Started
                EndedUtc   = ConvertTo-WinTimeText -Time ([datetime]::UtcNow)
                Backup     = $Run.Backup
                Problems   = @($Run.Problems)
                CopyOk     = $Run.CopyOk
            }
            $path = [IO.Path]::Combine($Job.Folder, 'last-run.json')
            Save-MemuraiText -Path $path -Text (ConvertTo-Json -InputObject $record)
        }
        {
            Save-MemuraiBackupMetric -Job $Job -Run $Run
        }
        {
            foreach ($entry in @($Run.Events)) {
                $null = Write-WinEvent -Source $Job.EventSource @entry
            }
        }
    )
    foreach ($step in $steps) {
        try {
            & $step
        }
        catch {
            $text = "The run could not be recorded: $($_.Exception.GetBaseException().Message)"
            Add-MemuraiRunProblem -Run $Run -ExitCode 1 -EventId 1001 -Message $text
        }
    }
}
