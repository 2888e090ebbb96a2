function Get-MemuraiBackupGap {
    <#
    .SYNOPSIS
        Returns the newest two neighbours among the backups between which the clock may have jumped, or nothing.
    #>
    # So long a time without a backup is a job that failed, or a clock that was wrong: the backups do not tell which,
    # and so the age of what is older says nothing.
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][psobject[]]$Backup,
        [Parameter(Mandatory = $true)][int]$KeepDays
    )

    # Who misses some nights has no wrong clock.
    $least = [Math]::Max(7, $KeepDays)
    for ($index = 1; $index -lt $Backup.Length; $index++) {
        $later, $earlier = $Backup[($index - 1)], $Backup[$index]
        if (($later.Taken - $earlier.Taken).TotalDays -gt $least) {
            return @{ Later = $later; Earlier = $earlier }
        }
    }
}
