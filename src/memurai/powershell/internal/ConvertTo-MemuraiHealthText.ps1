function ConvertTo-MemuraiHealthText {
    <#
    .SYNOPSIS
        Returns the results of a health check as people read them: a line each, and one about all.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Checks
        The results.

    .PARAMETER Status
        The worst of them.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-MemuraiHealthText -Health $health -Checks $checks -Status ok
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject[]]$Checks,

        [Parameter(Mandatory = $true)]
        [string]$Status
    )

    $marks = @{ ok = '[OK]  '; warning = '[WARN]'; critical = '[FAIL]' }
    $lines = @(foreach ($check in $Checks) {
            # What a server says may have several lines.
            $value = $check.Value -replace '\s+', ' '
            "$($marks[$check.Status]) $($check.Name): $value. $($check.Message)"
        })
    if ($Health.Information.get_Count() -eq 0) {
        $lines += ('[ -- ] not known while the server does not answer: memory, fragmentation, hit_rate, persistence, ' +
            'clients, rejected_connections, replication, slow_log')
    }
    $counts = @(foreach ($kind in 'critical', 'warning', 'ok') {
            "$(@($Checks | Where-Object -FilterScript { $_.Status -eq $kind }).Length) $kind"
        })
    $lines += "$($Health.Settings.ServiceName): $Status ($($counts -join ', '))"
    return $lines -join "`n"
}
