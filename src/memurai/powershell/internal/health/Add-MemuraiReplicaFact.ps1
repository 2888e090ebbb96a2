function Add-MemuraiReplicaFact {
    <#
    .SYNOPSIS
        Adds what a primary says of its replicas.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts
    )

    $replicas, $offline, $lag = '', 0, $null
    foreach ($field in @($Facts.get_Keys() | Where-Object -FilterScript { $_ -cmatch '^slave\d+$' } | Sort-Object)) {
        if ($Facts[$field] -cmatch '^ip=(.*),port=(\d+),state=(\w+),offset=\d+,lag=(\d+)$') {
            $replicas += "; $($Matches[1]):$($Matches[2]) $($Matches[3]), $($Matches[4]) s"
            $offline += [int]($Matches[3] -cne 'online')
            $lag = [Math]::Max([long]$lag, [long]$Matches[4])
        }
    }
    $Facts.replicas = $replicas
    $Facts.replicas_offline = $offline
    $Facts.replica_lag_seconds = $lag
}
