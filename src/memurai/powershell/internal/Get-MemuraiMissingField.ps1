function Get-MemuraiMissingField {
    <#
    .SYNOPSIS
        Returns the names of the fields that the health check needs and an answer to INFO lacks.

    .PARAMETER Information
        The fields of INFO by name.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiMissingField -Information $fields
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Information
    )

    $needed = @(
        'run_id', 'role', 'used_memory', 'maxmemory', 'maxmemory_policy', 'mem_fragmentation_ratio', 'keyspace_hits'
        'keyspace_misses', 'connected_clients', 'blocked_clients', 'maxclients', 'rejected_connections'
        'evicted_keys', 'total_commands_processed', 'instantaneous_ops_per_sec', 'aof_enabled'
        'aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status', 'rdb_last_save_time'
    )
    if ($Information['role'] -ceq 'slave') {
        $needed += 'master_link_status', 'master_last_io_seconds_ago'
    }
    return $needed | Where-Object -FilterScript { -not $Information.ContainsKey($_) }
}
