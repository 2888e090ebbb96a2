function Get-MemuraiHealthMetric {
    <#
    .SYNOPSIS
        Returns the figures of a server; what it did not report is null.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject]

    .EXAMPLE
        Get-MemuraiHealthMetric -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $info = $Health.Information
    $hits = Get-MemuraiNumber -Information $info -Name keyspace_hits
    $misses = Get-MemuraiNumber -Information $info -Name keyspace_misses
    $hasLookups = $null -ne $hits -and $null -ne $misses -and $hits + $misses -gt 0
    $entries = $(if ($null -eq $Health.SlowLog) { $null } else { $Health.SlowLog.Entries })
    return [pscustomobject]@{
        Up                       = [int]($Health.Ping -ceq 'PONG')
        ServiceRunning           = [int]($Health.Service -ceq 'Running')
        UsedMemoryBytes          = Get-MemuraiNumber -Information $info -Name used_memory
        MaxmemoryBytes           = Get-MemuraiNumber -Information $info -Name maxmemory
        MemoryFragmentationRatio = Get-MemuraiNumber -Information $info -Name mem_fragmentation_ratio
        KeyspaceHits             = $hits
        KeyspaceMisses           = $misses
        KeyspaceHitRatio         = $(if ($hasLookups) { [Math]::Round($hits / ($hits + $misses), 4) } else { $null })
        ConnectedClients         = Get-MemuraiNumber -Information $info -Name connected_clients
        BlockedClients           = Get-MemuraiNumber -Information $info -Name blocked_clients
        Maxclients               = Get-MemuraiNumber -Information $info -Name maxclients
        RejectedConnections      = Get-MemuraiNumber -Information $info -Name rejected_connections
        EvictedKeys              = Get-MemuraiNumber -Information $info -Name evicted_keys
        CommandsProcessed        = Get-MemuraiNumber -Information $info -Name total_commands_processed
        OperationsPerSecond      = Get-MemuraiNumber -Information $info -Name instantaneous_ops_per_sec
        AofEnabled               = Get-MemuraiNumber -Information $info -Name aof_enabled
        AofLastWriteOk           = Get-MemuraiFlag -Information $info -Name aof_last_write_status -Value ok
        AofLastRewriteOk         = Get-MemuraiFlag -Information $info -Name aof_last_bgrewrite_status -Value ok
        RdbLastSaveOk            = Get-MemuraiFlag -Information $info -Name rdb_last_bgsave_status -Value ok
        RdbLastSaveTimestamp     = Get-MemuraiNumber -Information $info -Name rdb_last_save_time
        SlowlogEntries           = $entries
        IsPrimary                = Get-MemuraiFlag -Information $info -Name role -Value master
        ConnectedReplicas        = Get-MemuraiNumber -Information $info -Name connected_slaves
        PrimaryLinkUp            = Get-MemuraiFlag -Information $info -Name master_link_status -Value up
        PrimaryLastIoSeconds     = Get-MemuraiNumber -Information $info -Name master_last_io_seconds_ago
        Volumes                  = $Health.Volumes
    }
}
