"""The Grafana dashboard."""

from memurai.monitoring.alerts import CLOCK_MINUTES, HOST, SENTINEL_JOB, SERVER_JOB, WINDOWS_JOB
from memurai.monitoring.panels import BAD, DATASOURCE, GOOD, NEUTRAL, WORST, Panel, Query, Row, models
from memurai.monitoring.rules import host, memory, traffic
from memurai.monitoring.rules.backup import NOT_COPIED, NOT_REHEARSED, PROVEN, TAKEN, age_hours
from memurai.monitoring.yaml_text import Value
from memurai.settings.groups import MonitoringSettings

# The model's version that Grafana 10.4 writes; later ones read it.
SCHEMA_VERSION = 39

CHOSEN = 'deployment=~"$deployment",instance=~"$instance"'
SERVER = f'{{job="{SERVER_JOB}",{CHOSEN}}}'
# A Sentinel may stand on a host without a server, which the choice of instances does not have.
SENTINEL = f'{{job="{SENTINEL_JOB}",deployment=~"$deployment"}}'
WINDOWS = f'{{job="{WINDOWS_JOB}",{CHOSEN}}}'
# Hours; an age below it is none.
IN_FUTURE = -CLOCK_MINUTES / 60
TEXT_FILES = f"{{{CHOSEN}}}"
RATE = "$__rate_interval"

YES_NO = {0: "no", 1: "yes"}
OK_BAD = {0: "failed", 1: "ok"}
STATES = {0: "ok", 1: "warning", 2: "critical"}
IS_GOOD = ((None, WORST), (1.0, GOOD))
IS_BAD = ((None, GOOD), (1.0, WORST))
BY_STATE = ((None, GOOD), (1.0, BAD), (2.0, WORST))


def dashboard(figures: MonitoringSettings) -> dict[str, Value]:
    """Return the dashboard as Grafana imports it.

    figures: from which figures on something is wrong.
    """
    return {
        "uid": "memurai",
        "title": "Memurai",
        "tags": ["memurai", "redis"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _variables()},
        "annotations": {"list": [_failovers()]},
        "panels": models(_rows(figures)),
    }


def _variables() -> list[Value]:
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    return [
        source,
        _variable("deployment", "Deployment", f'label_values(up{{job="{SERVER_JOB}"}}, deployment)'),
        _variable("instance", "Host", f'label_values(up{{job="{SERVER_JOB}",deployment=~"$deployment"}}, instance)'),
    ]


def _variable(name: str, label: str, query: str) -> dict[str, Value]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": f"variable-{name}"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _failovers() -> dict[str, Value]:
    return {
        "name": "Failovers and restarts",
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": BAD,
        "expr": 'ALERTS{alertname=~"MemuraiFailover|MemuraiRestarted",alertstate="firing",deployment=~"$deployment"}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{deployment}} {{instance}}",
    }


def _rows(figures: MonitoringSettings) -> list[Row]:
    return [
        _overview(),
        _memory(figures),
        _throughput(),
        _latency(),
        _hit_rate(figures),
        _clients(figures),
        _persistence(),
        _replication(figures),
        _sentinel(),
        _backup(figures),
        _rehearsal(figures),
        _host(figures),
    ]


def _graph(title: str, unit: str, *queries: Query, levels: tuple[tuple[float | None, str], ...] = ()) -> Panel:
    return Panel(title, "timeseries", unit, queries, levels or ((None, NEUTRAL),), width=8)


def _overview() -> Row:
    firing = 'ALERTS{alertname=~"Memurai.+",alertstate="firing",deployment=~"$deployment"}'
    return Row(
        "Overview",
        [
            Panel("Answers", "stat", "none", [Query(f"redis_up{SERVER}")], IS_GOOD, YES_NO),
            Panel("Uptime", "stat", "s", [Query(f"redis_uptime_in_seconds{SERVER}")]),
            Panel(
                "Role and version",
                "table",
                "none",
                [Query(f"count by ({HOST}, role, redis_version) (redis_instance_info{SERVER})")],
            ),
            Panel(
                "Health check",
                "stat",
                "none",
                [Query(f"memurai_health_status{TEXT_FILES}")],
                BY_STATE,
                STATES,
            ),
            Panel(
                "Firing alerts",
                "table",
                "none",
                [Query(f"max by (alertname, severity, {HOST}) ({firing})")],
                width=12,
            ),
            Panel(
                "Checks",
                "state-timeline",
                "none",
                [Query(f"memurai_health_check{TEXT_FILES}", "{{instance}} {{check}}")],
                BY_STATE,
                STATES,
                width=12,
            ),
        ],
    )


def _memory(figures: MonitoringSettings) -> Row:
    levels = (
        (None, GOOD),
        (float(figures.memory_warning_percent), BAD),
        (float(figures.memory_critical_percent), WORST),
    )
    return Row(
        "Memory",
        [
            _graph(
                "Memory",
                "bytes",
                Query(f"redis_memory_used_bytes{SERVER}", "{{instance}} data"),
                Query(f"redis_memory_used_rss_bytes{SERVER}", "{{instance}} taken from Windows"),
                Query(f"redis_memory_max_bytes{SERVER}", "{{instance}} maxmemory"),
            ),
            _graph("Memory used, of maxmemory", "percent", Query(memory.used_percent(SERVER)), levels=levels),
            _graph(
                "Fragmentation",
                "none",
                Query(f"redis_mem_fragmentation_ratio{SERVER}"),
                levels=((None, GOOD), (figures.fragmentation_warning_ratio, BAD)),
            ),
            _graph("Keys", "short", Query(f"sum by ({HOST}) (redis_db_keys{SERVER})")),
            _graph("Evicted keys", "cps", Query(f"rate(redis_evicted_keys_total{SERVER}[{RATE}])")),
            _graph("Expired keys", "cps", Query(f"rate(redis_expired_keys_total{SERVER}[{RATE}])")),
        ],
    )


def _throughput() -> Row:
    by_command = f"topk(10, sum by (cmd) (rate(redis_commands_total{SERVER}[{RATE}])))"
    return Row(
        "Throughput",
        [
            _graph("Commands", "ops", Query(f"rate(redis_commands_processed_total{SERVER}[{RATE}])")),
            _graph("The ten most frequent commands", "ops", Query(by_command, "{{cmd}}")),
            _graph(
                "Network",
                "Bps",
                Query(f"rate(redis_net_input_bytes_total{SERVER}[{RATE}])", "{{instance}} in"),
                Query(f"rate(redis_net_output_bytes_total{SERVER}[{RATE}])", "{{instance}} out"),
            ),
        ],
    )


def _latency() -> Row:
    seconds = f"sum by (cmd) (rate(redis_commands_duration_seconds_total{SERVER}[{RATE}]))"
    calls = f"sum by (cmd) (rate(redis_commands_total{SERVER}[{RATE}]))"
    percentiles = f'redis_latency_percentiles_usec{{job="{SERVER_JOB}",quantile="99",{CHOSEN}}}'
    return Row(
        "Latency",
        [
            _graph("Mean time of a command", "s", Query(f"topk(10, {seconds} / ({calls} > 0))", "{{cmd}}")),
            _graph(
                "99 % of the calls since the start are faster than",
                "µs",
                Query(f"topk(10, max by (cmd) ({percentiles}))", "{{cmd}}"),
            ),
            _graph(
                "Slow log",
                "short",
                Query(f"increase(redis_slowlog_last_id{SERVER}[{RATE}])", "{{instance}} new entries"),
                Query(f"redis_slowlog_length{SERVER}", "{{instance}} entries kept"),
            ),
        ],
    )


def _hit_rate(figures: MonitoringSettings) -> Row:
    percent = traffic.hit_rate_percent(SERVER, RATE)
    levels = ((None, BAD), (float(figures.hit_rate_warning_percent), GOOD))
    return Row(
        "Hit rate",
        [
            _graph("Lookups that find their key", "percent", Query(percent), levels=levels),
            _graph("Hits", "ops", Query(traffic.hits(SERVER, RATE))),
            _graph("Misses", "ops", Query(traffic.misses(SERVER, RATE))),
        ],
    )


def _clients(figures: MonitoringSettings) -> Row:
    return Row(
        "Clients",
        [
            _graph(
                "Connected clients, of maxclients",
                "percent",
                Query(traffic.clients_percent(SERVER, TEXT_FILES)),
                levels=((None, GOOD), (float(figures.clients_warning_percent), BAD)),
            ),
            _graph(
                "Blocked clients",
                "short",
                Query(f"redis_blocked_clients{SERVER}"),
                levels=((None, GOOD), (float(figures.blocked_clients_warning), BAD)),
            ),
            _graph(
                "Connections",
                "cps",
                Query(f"rate(redis_connections_received_total{SERVER}[{RATE}])", "{{instance}} accepted"),
                Query(f"rate(redis_rejected_connections_total{SERVER}[{RATE}])", "{{instance}} rejected"),
            ),
        ],
    )


def _persistence() -> Row:
    states = [
        ("redis_rdb_last_bgsave_status", "snapshot"),
        ("redis_aof_last_write_status", "append-only file: write"),
        ("redis_aof_last_bgrewrite_status", "append-only file: rewrite"),
    ]
    queries = [Query(f"{metric}{SERVER}", f"{{{{instance}}}} {what}") for metric, what in states]
    return Row(
        "Persistence",
        [
            Panel("Last results", "stat", "none", queries, IS_GOOD, OK_BAD, width=8),
            Panel(
                "Append-only file on", "stat", "none", [Query(f"redis_aof_enabled{SERVER}")], IS_GOOD, YES_NO, width=8
            ),
            _graph("Age of the last snapshot", "s", Query(f"time() - redis_rdb_last_save_timestamp_seconds{SERVER}")),
            _graph("Changes since the last snapshot", "short", Query(f"redis_rdb_changes_since_last_save{SERVER}")),
            _graph("Size of the append-only file", "bytes", Query(f"redis_aof_current_size_bytes{SERVER}")),
            _graph("Time the last fork took", "s", Query(f"redis_latest_fork_seconds{SERVER}")),
        ],
    )


def _replication(figures: MonitoringSettings) -> Row:
    behind = f"redis_master_repl_offset{SERVER} - on ({HOST}) group_right redis_connected_slave_offset_bytes{SERVER}"
    lag = ((None, GOOD), (float(figures.replication_lag_warning_seconds), BAD))
    return Row(
        "Replication",
        [
            Panel("Connected replicas", "stat", "none", [Query(f"redis_connected_slaves{SERVER}")]),
            Panel(
                "Link to the primary",
                "stat",
                "none",
                [Query(f"redis_master_link_up{SERVER}", "{{instance}} to {{master_host}}")],
                IS_GOOD,
                {0: "down", 1: "up"},
            ),
            Panel(
                "Since the primary was heard of",
                "timeseries",
                "s",
                [Query(f"redis_master_last_io_seconds_ago{SERVER}")],
                lag,
            ),
            Panel(
                "Since a replica acknowledged",
                "timeseries",
                "s",
                [Query(f"redis_connected_slave_lag_seconds{SERVER}", "{{slave_ip}}")],
                lag,
            ),
            _graph("Bytes a replica is behind", "bytes", Query(behind, "{{slave_ip}}")),
            _graph(
                "Resynchronisations",
                "short",
                Query(f"redis_replica_resyncs_full{SERVER}", "{{instance}} full"),
                Query(f"redis_replica_partial_resync_accepted{SERVER}", "{{instance}} partial"),
            ),
        ],
    )


def _sentinel() -> Row:
    name = "{{instance}} {{master_name}}"
    primary = f"count by (deployment, master_name, master_address) (redis_sentinel_master_status{SENTINEL})"
    quorum = f"min by ({HOST}, master_name) (redis_sentinel_master_ckquorum_status{SENTINEL})"
    return Row(
        "Sentinel",
        [
            Panel("Sentinel answers", "stat", "none", [Query(f"redis_up{SENTINEL}")], IS_GOOD, YES_NO),
            Panel("Quorum", "stat", "none", [Query(quorum, name)], IS_GOOD, {0: "lost", 1: "ok"}),
            Panel("Primary, and how many Sentinels say so", "table", "none", [Query(primary)]),
            Panel(
                "Clock not trusted (TILT)", "stat", "none", [Query(f"redis_sentinel_tilt{SENTINEL}")], IS_BAD, YES_NO
            ),
            _graph(
                "Sentinels",
                "short",
                Query(f"redis_sentinel_master_ok_sentinels{SENTINEL}", f"{name} reached"),
                Query(f"redis_sentinel_master_sentinels{SENTINEL}", f"{name} known"),
            ),
            _graph(
                "Replicas",
                "short",
                Query(f"redis_sentinel_master_ok_slaves{SENTINEL}", f"{name} reached"),
                Query(f"redis_sentinel_master_slaves{SENTINEL}", f"{name} known"),
            ),
            _graph("Primary reached", "none", Query(f"redis_sentinel_master_status{SENTINEL}", name)),
        ],
    )


def _backup(figures: MonitoringSettings) -> Row:
    age = age_hours(TAKEN, TEXT_FILES)
    levels = (
        (None, WORST),
        (IN_FUTURE, GOOD),
        (float(figures.backup_age_warning_hours), BAD),
        (float(figures.backup_age_critical_hours), WORST),
    )
    codes = {0: "done", 1: "failed", NOT_COPIED: "not copied", 3: "another ran", NOT_REHEARSED: "not rehearsed"}
    return Row(
        "Backup",
        [
            Panel("Age of the newest good backup", "timeseries", "h", [Query(age)], levels),
            Panel(
                "Last run",
                "stat",
                "none",
                [Query(f"memurai_backup_last_exit_code{TEXT_FILES}")],
                IS_BAD,
                codes,
            ),
            Panel("Good backups", "stat", "none", [Query(f"memurai_backup_good_backups{TEXT_FILES}")]),
            Panel("Second copy", "stat", "none", [Query(f"memurai_backup_copy_ok{TEXT_FILES}")], IS_GOOD, OK_BAD),
            _graph("Size", "bytes", Query(f"memurai_backup_size_bytes{TEXT_FILES}")),
            _graph("Keys", "short", Query(f"memurai_backup_keys{TEXT_FILES}")),
            _graph("Time it took", "s", Query(f"memurai_backup_duration_seconds{TEXT_FILES}")),
        ],
    )


def _rehearsal(figures: MonitoringSettings) -> Row:
    age = age_hours(PROVEN, TEXT_FILES)
    levels = ((None, WORST), (IN_FUTURE, GOOD), (float(figures.rehearsal_age_warning_hours), BAD))
    unproven = [Query(f"memurai_backup_unproven{TEXT_FILES}")]
    return Row(
        "Rehearsal",
        [
            Panel("Age of the last that passed", "timeseries", "h", [Query(age)], levels),
            Panel("Last result", "stat", "none", [Query(f"memurai_rehearsal_last_ok{TEXT_FILES}")], IS_GOOD, OK_BAD),
            Panel("Newest backup is unproven", "stat", "none", unproven, ((None, GOOD), (1.0, BAD)), YES_NO),
            Panel("Time it took", "timeseries", "s", [Query(f"memurai_rehearsal_duration_seconds{TEXT_FILES}")]),
        ],
    )


def _host(figures: MonitoringSettings) -> Row:
    free = host.free_percent(WINDOWS)
    running = f'windows_service_state{{name=~"(?i)memurai.*",state="running",job="{WINDOWS_JOB}",{CHOSEN}}}'
    idle = f'windows_cpu_time_total{{mode="idle",job="{WINDOWS_JOB}",{CHOSEN}}}'
    levels = (
        (None, WORST),
        (float(figures.disk_free_critical_percent), BAD),
        (float(figures.disk_free_warning_percent), GOOD),
    )
    checked = f"time() - memurai_health_check_timestamp_seconds{TEXT_FILES}"
    return Row(
        "Host",
        [
            Panel("Service runs", "stat", "none", [Query(running, "{{instance}} {{name}}")], IS_GOOD, YES_NO, width=8),
            _graph("Free space of the drives in use", "percent", Query(free, "{{instance}} {{volume}}"), levels=levels),
            _graph("Since the last health check", "s", Query(checked)),
            _graph("Processor", "percent", Query(f"100 - 100 * avg by ({HOST}) (rate({idle}[{RATE}]))")),
            _graph("Memory available", "bytes", Query(f"windows_memory_available_bytes{WINDOWS}")),
        ],
    )
