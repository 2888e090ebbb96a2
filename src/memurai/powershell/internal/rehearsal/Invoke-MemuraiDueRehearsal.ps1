function Invoke-MemuraiDueRehearsal {
    <#
    .SYNOPSIS
        Rehearses the backup that was just taken, if it is due.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][hashtable]$Run
    )

    if ($Job.Rehearse -ceq 'weekly') {
        # Half a day less than a week: a daily job does not start at the very same second.
        $limit = [datetime]::UtcNow.AddHours(-156)
        $recent = @((Get-MemuraiStoredBackup -Folder $Job.Folder).Backups | Where-Object -FilterScript {
                $_.Rehearsal -eq 'passed' -and $null -ne $_.Rehearsed -and $_.Rehearsed -ge $limit
            })
        if ($recent.Length -gt 0) {
            return
        }
    }
    $name = $Run.Backup
    $rehearsal = @{
        BackupFolder = $Job.Folder; Name = $name; ProgramPath = $Job.ProgramPath; CheckPath = $Job.CheckPath
        CliPath = $Job.CliPath; RehearsalPort = $Job.RehearsalPort
        ScratchFolder = [IO.Path]::Combine($Job.Folder, 'rehearsal.partial')
    }
    $problem = @{ Run = $Run; ExitCode = 4; EventId = 1011 }
    try {
        $result = Test-MemuraiBackup @rehearsal
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
        Add-MemuraiRunProblem @problem -Message "The rehearsal of $name could not be made, it is unproven: $reason"
        return
    }
    if (-not $result.Ok) {
        Add-MemuraiRunProblem @problem -Message "The rehearsal of $name failed: $($result.Reason)"
        return
    }
    $text = "The rehearsal of $name passed: $($result.'Keys') keys loaded, $($result.DurationMilliseconds / 1000) s."
    $Run.Events += @{ EventId = 1010; EntryType = 'Information'; Message = $text }
}
