function Get-MemuraiExpiredBackup {
    <#
    .SYNOPSIS
        Returns the names of the backups that may go.

    .DESCRIPTION
        A backup goes when it is older than KeepDays or beyond the newest KeepAtMost. What always stays: the newest one,
        the newest KeepAtLeast of those that have not failed a rehearsal, and the newest one that has passed one.

    .PARAMETER Backup
        The backups, newest first: objects with Name, Taken and State (passed, failed, none).

    .PARAMETER Now
        The present time in UTC.

    .PARAMETER KeepDays
        Age in days above which a backup goes.

    .PARAMETER KeepAtLeast
        Number of good ones that stay, however old.

    .PARAMETER KeepAtMost
        Number of those that stay, however young.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiExpiredBackup -Backup $backups -Now ([datetime]::UtcNow) -KeepDays 7 -KeepAtLeast 3 -KeepAtMost 30
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [psobject[]]$Backup,

        [Parameter(Mandatory = $true)]
        [datetime]$Now,

        [Parameter(Mandatory = $true)]
        [int]$KeepDays,

        [Parameter(Mandatory = $true)]
        [int]$KeepAtLeast,

        [Parameter(Mandatory = $true)]
        [int]$KeepAtMost
    )

    $newest = @($Backup | Select-Object -First 1)
    $good = @($Backup | Where-Object -FilterScript { $_.State -ne 'failed' } | Select-Object -First $KeepAtLeast)
    $proven = @($Backup | Where-Object -FilterScript { $_.State -eq 'passed' } | Select-Object -First 1)
    $kept = @($newest + $good + $proven | ForEach-Object -MemberName Name)
    $oldest = $Now.AddDays(-$KeepDays)
    $rank = 0
    foreach ($item in $Backup) {
        if ($item.Name -notin $kept -and ($rank -ge $KeepAtMost -or $item.Taken -lt $oldest)) {
            $item.Name
        }
        $rank++
    }
}
