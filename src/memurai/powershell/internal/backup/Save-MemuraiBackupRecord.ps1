function Save-MemuraiBackupRecord {
    <#
    .SYNOPSIS
        Writes last-run.json, the metrics and the events of a run; what can't be written is a failure of the run.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][hashtable]$Run
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
            Write-WinText -Path $path -Source @{ Text = ConvertTo-Json -InputObject $record }
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
    # When another run holds the lock, what that one writes is the result.
    foreach ($step in $(if ($Run.ExitCode -eq 3) { $steps[2] } else { $steps })) {
        try {
            & $step
        }
        catch {
            $text = "The run could not be recorded: $($_.Exception.GetBaseException().Message)"
            Add-MemuraiRunProblem -Run $Run -ExitCode 1 -EventId 1001 -Message $text
        }
    }
}
