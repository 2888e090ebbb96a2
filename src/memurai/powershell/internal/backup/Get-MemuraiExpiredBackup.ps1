function Get-MemuraiExpiredBackup {
    <#
    .SYNOPSIS
        Returns the names of the backups that may go.
    #>
    # A backup goes when it is older than KeepDays or beyond the newest KeepAtMost. What always stays: the one that was
    # just made, the newest one, the newest KeepAtLeast of those that have not failed a rehearsal, and the newest one
    # that has passed one. What is older than a gap (Get-MemuraiBackupGap) goes by number only.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][psobject[]]$Backup,
        [Parameter(Mandatory = $true)][datetime]$Now,
        [Parameter(Mandatory = $true)][string]$Made,
        [Parameter(Mandatory = $true)][ValidateRange(1, [int]::MaxValue)][int]$KeepDays,
        [Parameter(Mandatory = $true)][ValidateRange(1, [int]::MaxValue)][int]$KeepAtLeast,
        [Parameter(Mandatory = $true)][ValidateRange(1, [int]::MaxValue)][int]$KeepAtMost
    )

    $newest = @($Backup | Select-Object -First 1)
    $good = @($Backup | Where-Object -FilterScript { $_.Rehearsal -ne 'failed' } | Select-Object -First $KeepAtLeast)
    $proven = @($Backup | Where-Object -FilterScript { $_.Rehearsal -eq 'passed' } | Select-Object -First 1)
    $kept = @($newest + $good + $proven | ForEach-Object -MemberName Name) + $Made
    $oldest = $Now.AddDays(-$KeepDays)
    $gap = Get-MemuraiBackupGap -Backup $Backup -KeepDays $KeepDays
    $rank = 0
    foreach ($item in $Backup) {
        $isOld = $item.Taken -lt $oldest -and ($null -eq $gap -or $item.Taken -gt $gap.Earlier.Taken)
        if ($item.Name -notin $kept -and ($rank -ge $KeepAtMost -or $isOld)) {
            $item.Name
        }
        $rank++
    }
}
