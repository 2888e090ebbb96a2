"""The metrics of a health check."""

from memurai.health.model import Metric

_MEANING = "0 ok, 1 warning, 2 critical."


def _gauge(name: str, fact: str, meaning: str, *, is_: str | None = None, label: str | None = None) -> Metric:
    return Metric(f"memurai_{name}", "gauge", fact, meaning, is_, label)


def _counter(name: str, fact: str, meaning: str) -> Metric:
    return Metric(f"memurai_{name}", "counter", fact, meaning)


METRICS = (
    _gauge("health_check_timestamp_seconds", "checked_seconds", "Time of the last check."),
    _gauge("health_status", "status_number", f"Worst result of all checks: {_MEANING}"),
    _gauge("health_check", "check_numbers", f"Result of a check: {_MEANING}", label="check"),
    _gauge("disk_free_bytes", "volume_free_bytes", "Free space of a drive in use.", label="volume"),
    _gauge("disk_size_bytes", "volume_size_bytes", "Size of a drive in use.", label="volume"),
    _gauge("up", "ping", "Whether the server answers PONG to PING.", is_="PONG"),
    _gauge("service_running", "service", "Whether the service runs.", is_="Running"),
    _gauge("used_memory_bytes", "used_memory", "Memory used for data."),
    _gauge("maxmemory_bytes", "maxmemory", "Limit of the memory used; 0: none."),
    _gauge("memory_fragmentation_ratio", "mem_fragmentation_ratio", "Memory taken per memory used."),
    _counter("keyspace_hits_total", "keyspace_hits", "Lookups that found their key."),
    _counter("keyspace_misses_total", "keyspace_misses", "Lookups that found no key."),
    _gauge("keyspace_hit_ratio", "hit_ratio", "Share of lookups that found their key."),
    _gauge("connected_clients", "connected_clients", "Clients that are connected."),
    _gauge("blocked_clients", "blocked_clients", "Clients that wait in a blocking command."),
    _gauge("maxclients", "maxclients", "Clients that may be connected."),
    _counter("rejected_connections_total", "rejected_connections", "Connections refused at maxclients."),
    _counter("evicted_keys_total", "evicted_keys", "Keys evicted at maxmemory."),
    _counter("commands_processed_total", "total_commands_processed", "Commands that were run."),
    _gauge("operations_per_second", "instantaneous_ops_per_sec", "Commands run in the last second."),
    _gauge("aof_enabled", "aof_enabled", "Whether the append-only file is on."),
    _gauge("aof_last_write_ok", "aof_last_write_status", "Whether the last write to it succeeded.", is_="ok"),
    _gauge("aof_last_rewrite_ok", "aof_last_bgrewrite_status", "Whether its last rewrite succeeded.", is_="ok"),
    _gauge("rdb_last_save_ok", "rdb_last_bgsave_status", "Whether the last snapshot succeeded.", is_="ok"),
    _gauge("rdb_last_save_timestamp_seconds", "rdb_last_save_time", "Time of the last snapshot."),
    _counter("slowlog_entries_total", "slow_log_entries", "Commands that entered the slow log."),
    _gauge("is_primary", "role", "Whether the server is a primary.", is_="master"),
    _gauge("connected_replicas", "connected_slaves", "Replicas that are connected."),
    _gauge("primary_link_up", "master_link_status", "Whether a replica is linked to its primary.", is_="up"),
    _gauge("primary_last_io_seconds", "master_last_io_seconds_ago", "Seconds since it heard of its primary."),
)
