function Clear-MemuraiOldBackup {
    <#
    .SYNOPSIS
        Removes the backups that may go, once this run has made one, and takes note of what is wrong with the others.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Run
        The table of Invoke-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Clear-MemuraiOldBackup -Job $job -Run $run
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [hashtable]$Run
    )

    $stored = Get-MemuraiStoredBackup -Folder $Job.Folder
    $Run.Problems += $stored.Problems
    $known = @($stored.Backups | Where-Object -FilterScript { $_.IsAgeKnown })
    $gap = Get-MemuraiBackupGap -Backup $known -KeepDays $Job.KeepDays
    if ($null -ne $gap) {
        $days = [Math]::Floor(($gap.Later.Taken - $gap.Earlier.Taken).TotalDays)
        $text = "Between the backups $($gap.Earlier.Name) and $($gap.Later.Name) lie $days days: either none was " +
            "taken, or the clock was wrong, or is. $($gap.Earlier.Name) and what is older is not removed by its age, " +
            'only by number. Is the clock right, remove by hand what you need no more.'
        Add-MemuraiRunProblem -Run $Run -ExitCode 0 -EventId 1004 -Message $text
    }
    $limits = @{ KeepDays = $Job.KeepDays; KeepAtLeast = $Job.KeepAtLeast; KeepAtMost = $Job.KeepAtMost }
    $gone = @(Get-MemuraiExpiredBackup -Backup $known -Now ([datetime]::UtcNow) -Made $Run.Backup @limits)
    Clear-MemuraiExpiredBackup -Folder $Job.Folder -Name $gone
    # Whatever went wrong: a run without a backup has not succeeded.
    $manifest = Read-MemuraiBackupManifest -Folder $Job.Folder -Name $Run.Backup
    Assert-MemuraiBackupFile -Path ([IO.Path]::Combine($Job.Folder, $Run.Backup)) -Manifest $manifest
}
