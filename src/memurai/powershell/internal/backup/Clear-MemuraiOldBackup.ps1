function Clear-MemuraiOldBackup {
    <#
    .SYNOPSIS
        Removes the backups that may go, once this run has made one, and takes note of what is wrong with the others.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][hashtable]$Run
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
    foreach ($name in $gone) {
        # Renamed first, none is ever there by half.
        $path = [IO.Path]::Combine($Job.Folder, $name)
        $null = Move-WinItem -Path $path -Destination "$path.partial"
        $null = Remove-WinItem -Path "$path.partial" -Recurse $true
    }
    # Whatever went wrong: a run without a backup has not succeeded.
    $null = Read-MemuraiBackupManifest -Folder $Job.Folder -Name $Run.Backup
}
