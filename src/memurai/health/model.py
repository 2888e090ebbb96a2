"""Checks and metrics of facts, as they stand in the settings of the health check.

A fact is a field of INFO, by its name there, or one of FACTS. What a host does not know of it is an empty text, and
neither at least nor below anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

# The names under which a host has what is no field of INFO.
FACTS: Mapping[str, str] = {
    "checked_seconds": "when the check was made, in seconds since 1970",
    "service": "state of the service, or absent",
    "ping": "what the server answers to PING",
    "info": "answered, or what is wrong with the answer to INFO; then there is nothing of the server below",
    "used_memory_megabytes": "memory used",
    "maxmemory_megabytes": "limit of it",
    "memory_percent": "of the limit, used; 0 without a limit",
    "lookups": "hits and misses since the server started",
    "hit_ratio": "share of hits, not known without lookups",
    "hit_percent": "the same, in percent",
    "clients_percent": "of maxclients, connected",
    "rejected_growth": "connections refused since the last check, not known at the first one",
    "replicas": "what a primary says of its replicas, each after a semicolon",
    "replicas_offline": "how many of them are not online",
    "replica_lag_seconds": "how long ago the one that is most behind was heard of, not known without replicas",
    "slow_log_entries": "commands that entered the slow log since the server started, not known without the right",
    "slow_log_growth": "how many since the last check, not known at the first one",
    "slow_log_problem": "why the slow log is not known",
    "changes": "what became of the changes that were found; empty when there were none",
    "changes_broken": "1 when one could not be undone, else 0",
    "changes_undone": "1 when one was undone, else 0",
    "backup_problem": "why the records of the backups can't be read; then there is nothing of them below",
    "backup_hours": "age of the newest good backup, not known without one",
    "backup_exit_code": "of the last run, not known without one",
    "backup_future": "names of what has a time in the future",
    "rehearsal_hours": "age of the last rehearsal that succeeded, not known without one",
    "rehearsal_failed": "1 when the last rehearsal failed, else 0",
    "rehearsal_future": "names of backups whose rehearsal has a time in the future",
    "disks": "what is free on each drive",
    "disk_free_percent": "of the fullest drive, free; 0 when one is not there",
    "volume_free_bytes": "by drive",
    "volume_size_bytes": "by drive",
    "status_number": "worst result of all checks: 0 ok, 1 warning, 2 critical",
    "check_numbers": "result by check",
}

# What a host needs of INFO; of part of it the server's checks would be wrong.
FIELDS = (
    *("run_id", "role", "used_memory", "maxmemory", "maxmemory_policy", "mem_fragmentation_ratio", "keyspace_hits"),
    *("keyspace_misses", "connected_clients", "blocked_clients", "maxclients", "rejected_connections"),
    *("evicted_keys", "total_commands_processed", "instantaneous_ops_per_sec", "aof_enabled"),
    *("aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status", "rdb_last_save_time"),
)
REPLICA_FIELDS = ("master_link_status", "master_last_io_seconds_ago")


@dataclass(frozen=True)
class Condition:
    """What a fact is: a text for `is` and `is not`, else a number."""

    fact: str
    comparison: Literal["is", "is not", "at least", "below"]
    value: str | float


@dataclass(frozen=True)
class Remark:
    """What is added to the value of a check when something holds."""

    when: Condition
    text: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check, or one case of it: of those of one name the first counts whose `when` hold, all of them.

    name: of the check. critical, warning: what makes it that, any of them. value: what is found; a name in braces
    stands for that fact, as in all its texts. expected: what should be found. advice: what to do if it is not.
    """

    name: str
    when: tuple[Condition, ...] = ()
    critical: tuple[Condition, ...] = ()
    warning: tuple[Condition, ...] = ()
    value: str
    remarks: tuple[Remark, ...] = ()
    expected: str
    advice: str = ""


@dataclass(frozen=True)
class Metric:
    """A metric for Prometheus.

    meaning: its help. fact: where its value is from. is_: the text of that which is 1, every other one is 0; none: the
    fact is a number. label: by which the fact has several values.
    """

    name: str
    kind: Literal["gauge", "counter"]
    fact: str
    meaning: str
    is_: str | None = None
    label: str | None = None


def is_(fact: str, value: str) -> Condition:
    """Return that a fact is a text."""
    return Condition(fact, "is", value)


def is_not(fact: str, value: str) -> Condition:
    """Return that a fact is another text."""
    return Condition(fact, "is not", value)


def at_least(fact: str, value: float) -> Condition:
    """Return that a fact is a number or above it."""
    return Condition(fact, "at least", value)


def below(fact: str, value: float) -> Condition:
    """Return that a fact is below a number."""
    return Condition(fact, "below", value)


def is_known(fact: str) -> Condition:
    """Return that a fact is known, and not empty."""
    return is_not(fact, "")


def is_unknown(fact: str) -> Condition:
    """Return that a fact is not known, or empty."""
    return is_(fact, "")


def wire(value: object) -> object:
    """Return a check or a metric, or a part of it, as it stands in JSON."""
    if isinstance(value, tuple):
        return [wire(item) for item in value]
    if is_dataclass(value):
        return {_pascal_case(field.name): wire(getattr(value, field.name)) for field in fields(value)}
    return value


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
