function ConvertTo-MemuraiHealthText {
    <#
    .SYNOPSIS
        Returns the results of a health check as people read them: a line each, and one about all.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings,
        [Parameter(Mandatory = $true)][pscustomobject[]]$Checks,
        [Parameter(Mandatory = $true)][string]$Status,
        # Why nothing of the last check is known.
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Unread
    )

    $marks = @{ ok = '[OK]  '; warning = '[WARN]'; critical = '[FAIL]' }
    $lines = @(foreach ($check in $Checks) {
            # What a server says may have several lines.
            $value = $check.Value -replace '\s+', ' '
            "$($marks[$check.Status]) $($check.Name): $value. $($check.Message)"
        })
    $judged = @($Checks | ForEach-Object -MemberName Name)
    $others = @($Settings.Checks | ForEach-Object -MemberName Name | Where-Object -FilterScript { $_ -notin $judged })
    if ($others.Length -gt 0) {
        $names = @($others | Select-Object -Unique) -join ', '
        $lines += "[ -- ] not known while the server does not answer: $names"
    }
    if ($Unread -ne '') {
        $lines += "[ -- ] nothing of the last check is known: $($Unread -replace '\s+', ' ')"
    }
    $counts = @(foreach ($kind in 'critical', 'warning', 'ok') {
            "$(@($Checks | Where-Object -FilterScript { $_.Status -eq $kind }).Length) $kind"
        })
    $lines += "$($Settings.ServiceName): $Status ($($counts -join ', '))"
    return $lines -join "`n"
}
