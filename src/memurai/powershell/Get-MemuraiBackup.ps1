function Get-MemuraiBackup {
    <#
    .SYNOPSIS
        Lists the backups that Invoke-MemuraiBackup made.

    .PARAMETER BackupFolder
        Absolute path of their folder.

    .OUTPUTS
        [pscustomobject] with the properties
        BackupFolder: full path of the folder.
        Backups: newest first, objects with Name, TakenUtc (ISO 8601), Keys, SizeBytes, HasAppendOnly, Rehearsal
            (passed, failed, or none: it is unproven), RehearsedUtc (null without a rehearsal) and IsAgeKnown (false for
            those that were taken in the future, which come last); none when there is no folder.
        LastRun: result of the last run, an object with ExitCode, StartedUtc, EndedUtc, Backup, Problems and CopyOk;
            null when there was none.
        Problems: what can't be read, or lacks a file, as `name: reason`, such a backup is not among Backups; and what
            was taken or rehearsed in the future.

    .EXAMPLE
        Get-MemuraiBackup -BackupFolder C:\Backups\Redis
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder
    )

    $folder = Resolve-WinPath -Path $BackupFolder
    $stored = Get-MemuraiStoredBackup -Folder $folder
    $shown = 'Name', 'TakenUtc', 'Keys', 'SizeBytes', 'HasAppendOnly', 'Rehearsal', 'RehearsedUtc', 'IsAgeKnown'
    $names = 'ExitCode', 'StartedUtc', 'EndedUtc', 'Backup', 'Problems', 'CopyOk'
    $lastRun = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($folder, 'last-run.json')) -Name $names
    return [pscustomobject]@{
        BackupFolder = $folder
        Backups      = @($stored.Backups | Select-Object -Property $shown)
        LastRun      = $lastRun
        Problems     = $stored.Problems
    }
}
