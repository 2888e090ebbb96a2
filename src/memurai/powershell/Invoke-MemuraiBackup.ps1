function Invoke-MemuraiBackup {
    <#
    .SYNOPSIS
        Takes a backup of a running server, rehearses it, removes old ones, and tells people and monitoring.

    .DESCRIPTION
        In this order: the lock is taken; what an earlier run left half done is removed; the disk must have room for
        twice the last snapshot, and for the append-only file if it is included; the server writes a snapshot of now;
        it is copied under a temporary name, checked by memurai-check-rdb (header and checksum), described in
        manifest.json with sizes and SHA-256 (its own SHA-256 is in manifest.sha256), and given its name; it is copied
        to the second place and compared there; it is rehearsed when that is due; old ones are removed; last-run.json,
        the metrics and the events are written. Whatever happens, nothing is ever half done under a final name.

        The server is only asked INFO and BGSAVE, which is all that its user needs. An append-only file that is
        rewritten while it is copied is copied again.

        In the second place nothing is ever removed but what this function left half done there. A folder there belongs
        to one server: the names are times.

        What always stays here: the backup of this run, the newest one, the newest KeepAtLeast that have not failed a
        rehearsal, and the newest that has passed one. A backup that was taken in the future, by the present clock, has
        no known age: it counts as none of these, is never removed, and is a problem. What is older than a gap of more
        than KeepDays and a week without a backup is not removed by its age, only by KeepAtMost, which is a problem,
        too: the clock may have jumped.

    .PARAMETER SettingsPath
        Absolute path of a JSON file with CliPath, CheckPath (memurai-check-rdb.exe), ProgramPath (memurai.exe),
        Address, Port, User (empty: the default user), TlsCaFile, TlsCertFile, TlsKeyFile (empty: none), SecretPath
        (file with the password, which may be missing), DataFolder, SnapshotName, AppendOnlyFolder
        (name in DataFolder), BackupFolder, IncludeAppendOnly, KeepDays, KeepAtLeast, KeepAtMost, CopyTo (folder or
        null), Rehearse (each, weekly), RehearsalPort, ServiceName, MetricsFolder (folder or null), Metrics (object with
        what each metric means, by its name) and EventSource.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: see the notes.
        Text: what happened, for people.
        Backup: name of the backup, null when none was made.
        Problems: what went wrong.

    .NOTES
        Exit codes, of several the first one here: 1 the backup failed or is not there at the end, or old ones could
        not be removed, or the run could not be recorded; 4 done, but its rehearsal failed or could not be made; 2 done,
        but the copy to the second place failed; 3 another run holds the lock, nothing was done; 0 done.
        Events: 1000 done, 1001 failed, 1002 not copied, 1003 another run holds the lock, 1004 the clock may have
        jumped, 1010 rehearsal passed, 1011 rehearsal failed.

    .EXAMPLE
        Invoke-MemuraiBackup -SettingsPath C:\ProgramData\Memurai\jobs\backup.json
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$SettingsPath
    )

    $job = Read-MemuraiBackupSetting -Path (Resolve-WinPath -Path $SettingsPath)
    $run = @{ Started = [datetime]::UtcNow; ExitCode = 0; Backup = $null; Problems = @(); CopyOk = $null; Events = @() }
    $lock = $null
    try {
        try {
            $lock = Open-MemuraiBackupLock -Folder $job.Folder
            if ($null -eq $lock) {
                $text = "Another run holds the lock '$($job.Folder)\backup.lock'. Nothing was done."
                Add-MemuraiRunProblem -Run $run -ExitCode 3 -EventId 1003 -Message $text
            }
            else {
                Invoke-MemuraiBackupRun -Job $job -Run $run
            }
        }
        catch {
            $text = "The backup failed: $($_.Exception.GetBaseException().Message)"
            Add-MemuraiRunProblem -Run $run -ExitCode 1 -EventId 1001 -Message $text
        }
        Save-MemuraiBackupRecord -Job $job -Run $run
    }
    finally {
        if ($null -ne $lock) {
            $lock.Dispose()
        }
    }
    $said = @($run.Events | ForEach-Object -Process { $_.Message })
    return [pscustomobject]@{
        ExitCode = $run.ExitCode
        Text     = @($said + @($run.Problems | Where-Object -FilterScript { $_ -notin $said })) -join "`n"
        Backup   = $run.Backup
        Problems = @($run.Problems)
    }
}
