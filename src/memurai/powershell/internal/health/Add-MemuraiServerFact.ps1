function Add-MemuraiServerFact {
    <#
    .SYNOPSIS
        Adds what follows from the fields of INFO: shares, sizes, and what was refused since the last check.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][hashtable]$Last
    )

    $used, $limit = [decimal]$Facts['used_memory'], [decimal]$Facts['maxmemory']
    $Facts.used_memory_megabytes = [Math]::Round($used / 1mb)
    $Facts.maxmemory_megabytes = [Math]::Round($limit / 1mb)
    $Facts.memory_percent = Get-MemuraiPercent -Part $used -Whole $limit
    $hits = [decimal]$Facts['keyspace_hits']
    $Facts.lookups = $hits + [decimal]$Facts['keyspace_misses']
    $Facts.hit_ratio = $(if ($Facts.lookups -gt 0) { [Math]::Round($hits / $Facts.lookups, 4) } else { $null })
    $Facts.hit_percent = Get-MemuraiPercent -Part $hits -Whole $Facts.lookups
    $Facts.clients_percent = Get-MemuraiPercent -Part $Facts['connected_clients'] -Whole $Facts['maxclients']
    $count = [long]$Facts['rejected_connections']
    $Facts.rejected_growth = Get-MemuraiGrowth -Facts $Facts -Last $Last -Name RejectedConnections -Count $count
}
