function Get-MemuraiMetricDefinition {
    <#
    .SYNOPSIS
        Returns the metrics of a server: name without memurai_, type, property of the figures and meaning.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Get-MemuraiMetricDefinition
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()

    $rows = @(
        @('up', 'gauge', 'Up', 'Whether the server answers PONG to PING.'),
        @('service_running', 'gauge', 'ServiceRunning', 'Whether the service runs.'),
        @('used_memory_bytes', 'gauge', 'UsedMemoryBytes', 'Memory used for data.'),
        @('maxmemory_bytes', 'gauge', 'MaxmemoryBytes', 'Limit of the memory used; 0: none.'),
        @('memory_fragmentation_ratio', 'gauge', 'MemoryFragmentationRatio', 'Memory taken per memory used.'),
        @('keyspace_hits_total', 'counter', 'KeyspaceHits', 'Lookups that found their key.'),
        @('keyspace_misses_total', 'counter', 'KeyspaceMisses', 'Lookups that found no key.'),
        @('keyspace_hit_ratio', 'gauge', 'KeyspaceHitRatio', 'Share of lookups that found their key.'),
        @('connected_clients', 'gauge', 'ConnectedClients', 'Clients that are connected.'),
        @('blocked_clients', 'gauge', 'BlockedClients', 'Clients that wait in a blocking command.'),
        @('maxclients', 'gauge', 'Maxclients', 'Clients that may be connected.'),
        @('rejected_connections_total', 'counter', 'RejectedConnections', 'Connections refused at maxclients.'),
        @('evicted_keys_total', 'counter', 'EvictedKeys', 'Keys evicted at maxmemory.'),
        @('commands_processed_total', 'counter', 'CommandsProcessed', 'Commands that were run.'),
        @('operations_per_second', 'gauge', 'OperationsPerSecond', 'Commands run in the last second.'),
        @('aof_enabled', 'gauge', 'AofEnabled', 'Whether the append-only file is on.'),
        @('aof_last_write_ok', 'gauge', 'AofLastWriteOk', 'Whether the last write to it succeeded.'),
        @('aof_last_rewrite_ok', 'gauge', 'AofLastRewriteOk', 'Whether its last rewrite succeeded.'),
        @('rdb_last_save_ok', 'gauge', 'RdbLastSaveOk', 'Whether the last snapshot succeeded.'),
        @('rdb_last_save_timestamp_seconds', 'gauge', 'RdbLastSaveTimestamp', 'Time of the last snapshot.'),
        @('slowlog_entries_total', 'counter', 'SlowlogEntries', 'Commands that entered the slow log.'),
        @('is_primary', 'gauge', 'IsPrimary', 'Whether the server is a primary.'),
        @('connected_replicas', 'gauge', 'ConnectedReplicas', 'Replicas that are connected.'),
        @('primary_link_up', 'gauge', 'PrimaryLinkUp', 'Whether a replica is linked to its primary.'),
        @('primary_last_io_seconds', 'gauge', 'PrimaryLastIoSeconds', 'Seconds since it heard of its primary.')
    )
    foreach ($row in $rows) {
        @{ Name = $row[0]; Type = $row[1]; Property = $row[2]; Help = $row[3] }
    }
}
