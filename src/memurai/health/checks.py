"""The checks of a server's health, by what its settings say."""

from collections.abc import Iterator
from dataclasses import replace

from memurai.health.model import Check, Condition, Remark, at_least, below, is_, is_known, is_not, is_unknown
from memurai.settings import Settings
from memurai.settings.groups import MEBIBYTE, MonitoringSettings

# Below this the parts of the server that hold no data decide the ratio; the alerts judge from there on too.
FRAGMENTATION_FLOOR_BYTES = 64 * MEBIBYTE
# Fewer say nothing of the share of hits.
_JUDGED_LOOKUPS = 1000
# The check of the server is critical without this: one cause, one finding.
_ANSWERED = is_("info", "answered")


def checks(settings: Settings, *, change_folders: list[str], event_source: str) -> tuple[Check, ...]:
    """Return the checks of a host, in the order in which they are told.

    change_folders: where the journals of changes are. event_source: under which jobs write events.
    """
    figures = settings.monitoring
    return (
        *_service(settings.service.name),
        *_changes(change_folders),
        *_memory(figures),
        *_fragmentation(figures),
        *_hit_rate(figures),
        _persistence(is_logged=settings.persistence.appendonly),
        *_clients(figures),
        *_replication(figures),
        *_slow_log(figures),
        *(_backups(settings, event_source) if settings.backup.enabled else _no_backups()),
        _disk(figures),
    )


def _service(name: str) -> Iterator[Check]:
    yield Check(
        name="service",
        critical=(is_not("service", "Running"),),
        value="{service}",
        expected="Running",
        advice=f"Start it (Start-Service {name}); why it does not run is in the server's log and the System event log.",
    )
    yield Check(
        name="ping",
        critical=(is_not("ping", "PONG"), is_not("info", "answered")),
        value="PING: {ping}, INFO: {info}",
        expected="PONG to PING, and an answer to INFO",
        advice="Does the server run, is its data loaded, are address, port and password of the health check right, may "
        "its user do this? The server's log says more.",
    )


def _changes(folders: list[str]) -> Iterator[Check]:
    expected = "no change that was left unfinished"
    yield Check(name="changes", when=(is_unknown("changes"),), value="none is unfinished", expected=expected)
    yield Check(
        name="changes",
        critical=(is_("changes_broken", "1"),),
        warning=(is_("changes_undone", "1"),),
        value="{changes}",
        expected=expected,
        advice="What was undone can be done again: deploy. What could not be is tried again by every check and by the "
        f"next run: mend what it names; the journals are in {', '.join(folders)}.",
    )


def _memory(figures: MonitoringSettings) -> Iterator[Check]:
    evicting = Check(
        name="memory",
        when=(_ANSWERED,),
        # A server without a limit takes all the memory of the host in the end.
        warning=(is_("maxmemory", "0"), at_least("memory_percent", figures.memory_warning_percent)),
        value="{used_memory_megabytes} of {maxmemory_megabytes} MB ({memory_percent} %)",
        expected=f"a limit, and less than {figures.memory_warning_percent} % of it used",
        advice="At 100 % the policy decides, {maxmemory_policy}: keys are evicted or writes fail. Raise "
        "memurai_memory.maxmemory, or store less and for a shorter time.",
    )
    # With any other policy a full server goes on: it evicts.
    yield replace(
        evicting,
        when=(_ANSWERED, is_("maxmemory_policy", "noeviction")),
        critical=(at_least("memory_percent", figures.memory_critical_percent),),
    )
    yield evicting


def _fragmentation(figures: MonitoringSettings) -> Iterator[Check]:
    limit = figures.fragmentation_warning_ratio
    judged = Check(
        name="fragmentation",
        when=(_ANSWERED,),
        warning=(at_least("mem_fragmentation_ratio", limit),),
        value="{mem_fragmentation_ratio}",
        expected=f"less than {limit:g}",
        advice="Restart the service when that suits, in a replica set the replicas first: it gives the memory back.",
    )
    floor = f"{FRAGMENTATION_FLOOR_BYTES // MEBIBYTE} MB"
    yield replace(
        judged,
        when=(_ANSWERED, below("used_memory", FRAGMENTATION_FLOOR_BYTES + 1)),
        warning=(),
        expected=f"{judged.expected}, but not judged: below {floor} of data it says nothing",
    )
    yield judged


def _hit_rate(figures: MonitoringSettings) -> Iterator[Check]:
    least = figures.hit_rate_warning_percent
    judged = Check(
        name="hit_rate",
        when=(_ANSWERED,),
        warning=(below("hit_percent", least),),
        value="{hit_percent} %",
        expected=f"at least {least} % of all lookups since the server started to find their key",
        advice="Are keys evicted (memory), do they expire too early, does the application ask for what it never "
        "stored? Where misses are the rule, as for a list of revoked tokens, set "
        "memurai_monitoring.hit_rate_warning_percent to 0.",
    )
    few = replace(judged, warning=(), expected=f"{judged.expected}, but not judged: so few say nothing")
    yield replace(few, when=(_ANSWERED, is_("lookups", "0")), value="no lookups yet")
    yield replace(few, when=(_ANSWERED, below("lookups", _JUDGED_LOOKUPS)))
    yield judged


def _persistence(*, is_logged: bool) -> Check:
    written = ("rdb_last_bgsave_status", "aof_last_write_status")
    expected = {"aof_enabled": str(int(is_logged))} | dict.fromkeys((*written, "aof_last_bgrewrite_status"), "ok")
    # An append-only file that is too many and a rewrite that failed lose nothing; everything else does.
    harmful = ("aof_enabled", *written) if is_logged else written
    return Check(
        name="persistence",
        when=(_ANSWERED,),
        critical=tuple(is_not(field, expected[field]) for field in harmful),
        warning=tuple(is_not(field, text) for field, text in expected.items() if field not in harmful),
        value=", ".join(f"{field}:{{{field}}}" for field in expected),
        expected=", ".join(f"{field}:{text}" for field, text in expected.items()),
        advice="Is the disk full, may the service's account write to the data folder, does another program hold a file "
        "there? The server's log says more. Deploy when aof_enabled differs.",
    )


def _clients(figures: MonitoringSettings) -> Iterator[Check]:
    percent, blocked = figures.clients_warning_percent, figures.blocked_clients_warning
    yield Check(
        name="clients",
        when=(_ANSWERED,),
        warning=(at_least("clients_percent", percent), at_least("blocked_clients", blocked)),
        value="{connected_clients} of {maxclients} connected ({clients_percent} %), {blocked_clients} blocked",
        expected=f"less than {percent} % connected, less than {blocked} blocked",
        advice="Who is connected: tasks/diagnose.py. Smaller pools, or a greater memurai_security.maxclients; blocked "
        "ones wait in a command such as BLPOP.",
    )
    first = Check(
        name="rejected_connections",
        when=(_ANSWERED, is_unknown("rejected_growth")),
        value="{rejected_connections} since the start",
        expected="0 since the last check",
        advice="Clients were refused at maxclients: see clients.",
    )
    yield first
    yield replace(
        first,
        when=(_ANSWERED,),
        warning=(at_least("rejected_growth", 1),),
        value="{rejected_growth} since the last check",
    )


def _replication(figures: MonitoringSettings) -> Iterator[Check]:
    limit = figures.replication_lag_warning_seconds
    primary = Check(
        name="replication",
        when=(_ANSWERED, is_("role", "master")),
        warning=(at_least("replicas_offline", 1), at_least("replica_lag_seconds", limit)),
        value="primary, {connected_slaves} replicas{replicas}",
        expected=f"every link up, and less than {limit} s since the other side was heard of",
        advice="Is the other host up and reachable (firewall), does it know this one's password? The logs of both "
        "servers say more.",
    )
    yield primary
    yield replace(
        primary,
        when=(_ANSWERED,),
        critical=(is_not("master_link_status", "up"),),
        warning=(at_least("master_last_io_seconds_ago", limit),),
        value="replica, link {master_link_status}, heard of its primary {master_last_io_seconds_ago} s ago",
    )


def _slow_log(figures: MonitoringSettings) -> Iterator[Check]:
    limit = figures.slowlog_growth_warning
    judged = Check(
        name="slow_log",
        when=(_ANSWERED,),
        warning=(at_least("slow_log_growth", limit),),
        value="{slow_log_growth} new entries since the last check",
        expected=f"less than {limit} new entries since the last check",
        advice="Which commands, and what to do about them: tasks/diagnose.py. It needs the right to SLOWLOG GET.",
    )
    unknown = is_unknown("slow_log_entries")
    yield replace(judged, when=(_ANSWERED, unknown), warning=(unknown,), value="not known: {slow_log_problem}")
    yield replace(
        judged,
        when=(_ANSWERED, is_unknown("slow_log_growth")),
        warning=(),
        value="{slow_log_entries} entries since the server started",
    )
    yield judged


def _no_backups() -> Iterator[Check]:
    for name in ("backup", "rehearsal"):
        yield Check(name=name, value="none are taken", expected="none, as memurai_backup.enabled says")


def _backups(settings: Settings, event_source: str) -> Iterator[Check]:
    yield _unread("backup")
    yield from _backup(settings, event_source)
    yield _unread("rehearsal")
    yield from _rehearsal(settings)


def _unread(name: str) -> Check:
    """Return the check when the records can't be read: what can't be read proves nothing."""
    problem = (is_known("backup_problem"),)
    return Check(
        name=name,
        when=problem,
        critical=problem,
        value="{backup_problem}",
        expected="backups whose records can be read",
        advice="Take a new backup: start its scheduled task. Remove by hand what can't be read.",
    )


def _backup(settings: Settings, event_source: str) -> Iterator[Check]:
    figures, folder = settings.monitoring, settings.storage.backup
    failed, in_future = at_least("backup_exit_code", 1), is_known("backup_future")
    judged = Check(
        name="backup",
        critical=(at_least("backup_hours", figures.backup_age_critical_hours),),
        warning=(failed, in_future, at_least("backup_hours", figures.backup_age_warning_hours)),
        value="{backup_hours} h old",
        remarks=(
            Remark(failed, ", and the last run ended with exit code {backup_exit_code}"),
            _of_the_future(in_future),
        ),
        expected=f"a good backup younger than {figures.backup_age_warning_hours} h in {folder}",
        advice="Why the last run failed is in last-run.json there and in the Application event log (source "
        f"{event_source}). Start its scheduled task to take one now. What has a time in the future says nothing: set "
        "the clock right, and remove by hand what you need no more.",
    )
    none = is_unknown("backup_hours")
    # On a new host the first backup is still to come.
    tried = is_known("backup_exit_code")
    yield replace(judged, when=(none,), critical=(tried, in_future), warning=(none,), value="there is none")
    yield judged


def _rehearsal(settings: Settings) -> Iterator[Check]:
    limit = settings.monitoring.rehearsal_age_warning_hours
    failed, in_future = is_("rehearsal_failed", "1"), is_known("rehearsal_future")
    judged = Check(
        name="rehearsal",
        critical=(failed,),
        warning=(in_future, at_least("rehearsal_hours", limit)),
        value="the last one that succeeded was {rehearsal_hours} h ago",
        remarks=(Remark(failed, ", and the last one failed"), _of_the_future(in_future)),
        expected=f"a backup that was loaded into a scratch server less than {limit} h ago",
        advice="A backup that was not tried may be none: why the last rehearsal failed is in the newest rehearsal.json "
        f"in {settings.storage.backup} and in the Application event log.",
    )
    none = is_unknown("rehearsal_hours")
    yield replace(judged, when=(none,), warning=(none,), value="there was none")
    yield judged


def _of_the_future(condition: Condition) -> Remark:
    return Remark(condition, f", and of the future: {{{condition.fact}}} (the clock was wrong, or is)")


def _disk(figures: MonitoringSettings) -> Check:
    return Check(
        name="disk",
        critical=(below("disk_free_percent", figures.disk_free_critical_percent),),
        warning=(below("disk_free_percent", figures.disk_free_warning_percent),),
        value="{disks}",
        expected=f"at least {figures.disk_free_warning_percent} % of each drive free",
        advice="A full disk ends snapshots, the append-only file and backups. Free some room, enlarge the drive, keep "
        "fewer backups (memurai_backup.keep_days, keep_at_most).",
    )
