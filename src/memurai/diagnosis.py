"""What a server's figures mean, and what to do about them in the terms of this project's settings. Changes nothing.

Sources: https://redis.io/docs/latest/commands/info/, https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from memurai.facts.server import parse_info
from memurai.settings import Settings
from memurai.symptoms import KeySample, SlowCommand, Symptoms
from winfra.facts.services import ServiceState

# The keys of the production guide's application: revoked tokens, and counters of rate limits.
DEFAULT_PATTERNS = ("token:blacklist:*", "ratelimit:*")
MEBIBYTE = 1024**2
# Below, the ratio says more about the server's own memory than about the data's.
JUDGED_BYTES = 64 * MEBIBYTE
MICROSECONDS = 1000
SHOWN = 5
# What the application must not forget, of what memurai_application.stores may name.
LASTING_STORES = {"token_blacklist", "sessions"}
OVERVIEW_FIELDS = (
    *("used_memory_human", "maxmemory_human", "mem_fragmentation_ratio"),
    *("instantaneous_ops_per_sec", "total_commands_processed"),
)
SCRIPT_COMMANDS = ("eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro")
# What a command that was slow calls for. Others are slow for what they are given, or wait for something else.
REMEDIES = {
    "keys": "use SCAN instead of KEYS, which looks at every key at once",
    **dict.fromkeys(
        ("hgetall", "hkeys", "hvals", "smembers", "lrange", "zrange", "zrangebyscore", "zrevrange", "sort", "sunion"),
        "read in parts (HSCAN, SSCAN, ZRANGE with LIMIT): its time grows with what it returns",
    ),
    **dict.fromkeys(("del", "flushdb", "flushall"), "use UNLINK or ASYNC, which free the memory in the background"),
    **dict.fromkeys(SCRIPT_COMMANDS, "make the script do less, nothing else runs meanwhile"),
    **dict.fromkeys(("save", "bgrewriteaof", "config"), "was administration: run it when the load is low"),
}
OTHER_REMEDY = "give it less at once, send many small commands in a pipeline"
# https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
LATENCY_MEANINGS = {
    "command": "a slow command: see the slow log",
    "fast-command": "a command that is fast by itself: the host was busy, or its memory was on disk",
    "fork": "the start of a snapshot or a rewrite of the append-only file: less data in one server makes it shorter",
    "aof": "writing the append-only file: the disk is slow or shared",
    "rdb": "a snapshot: the disk is slow or shared",
    "expire-cycle": "many keys that expire at the same moment: spread their times to live",
    "eviction-cycle": "evictions: raise memurai_memory.maxmemory",
}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    topic: what it is about, in a word. seen: the figures. meaning: what they say. remedy: what to do.
    """

    topic: str
    seen: str
    meaning: str
    remedy: str

    @property
    def lines(self) -> tuple[str, str, str]:
        """The finding as people read it."""
        return f"{self.topic}: {self.seen}", f"    means: {self.meaning}", f"    to do: {self.remedy}"


@dataclass(frozen=True)
class Patient:
    """A server as it was found, and as it should be.

    found: what it told. service: its service, None when that could not be read. settings: what it should be.
    """

    found: Symptoms
    service: ServiceState | None
    settings: Settings

    @property
    def info(self) -> dict[str, str]:
        """The fields of INFO."""
        return parse_info(self.found["info"])

    def number(self, field: str) -> float:
        """Return a field of INFO as a number, 0 when it is not there."""
        return float(self.info.get(field, "0"))

    def errors(self, code: str) -> int:
        """Return how often the server answered with an error of that code since it started."""
        return int(statistics_of(self.info.get(f"errorstat_{code}", "")).get("count", 0))


def statistics_of(text: str) -> dict[str, float]:
    """Return the parts of a field such as `calls=3,usec=41`."""
    return {name: float(value) for name, value in re.findall(r"(\w+)=([0-9.]+)", text)}


def wanted_patterns(given: object) -> tuple[str, ...]:
    """Return the patterns of `--data patterns=first:*,second:*`, the usual ones when there is none."""
    patterns = tuple(part.strip() for part in str(given or "").split(",") if part.strip())
    return patterns or DEFAULT_PATTERNS


def findings(patient: Patient) -> list[Finding]:
    """Return what is not as it should be, the causes first."""
    judges: Sequence[Callable[[Patient], Iterator[Finding]]] = (
        unreachable,
        refusals,
        failed_writes,
        pool_use,
        memory,
        evictions,
        fragmentation,
        slow_commands,
        latency,
        lasting_keys,
        unread,
    )
    return [finding for judge in judges for finding in judge(patient)]


def unreachable(patient: Patient) -> Iterator[Finding]:
    """Judge whether there is a server at all."""
    name = patient.settings.service.name
    state = patient.service["state"] if patient.service and patient.service["exists"] else "absent"
    if state != "Running":
        yield Finding(
            "connection failures",
            f"the service {name} is {state}",
            "nobody can connect",
            f"find out why in its log ({patient.settings.storage.logs}/{patient.settings.logging.file}) and the System "
            "event log, then deploy: that starts it",
        )
    for item in patient.found["unknown"]:
        if item["what"] == "server":
            yield Finding(
                "connection failures",
                item["reason"],
                "the server does not answer on its own host: it is down, loads its data, or has another password",
                "see the service and the server's log; `deploy.py --dry --diff` shows what differs from the settings",
            )


def refusals(patient: Patient) -> Iterator[Finding]:
    """Judge connections that were refused, and clients that nobody let in."""
    if count := int(patient.number("rejected_connections")):
        yield Finding(
            "connection failures",
            f"{count} connections were refused since the server started",
            f"all {int(patient.number('maxclients'))} were taken; the application sees `max number of clients reached`",
            "look for pools that leak connections (by address, above); else raise memurai_security.maxclients",
        )
    if count := patient.errors("NOAUTH") + patient.errors("WRONGPASS"):
        yield Finding(
            "connection failures",
            f"{count} commands or logins were refused for want of the right password",
            "a client has none, or a former one",
            "give it the one of this environment; tasks/rotate_password.py lets both work while clients move",
        )
    if count := patient.errors("NOPERM"):
        yield Finding(
            "connection failures",
            f"{count} commands were refused to a user",
            "a user did what it has no right to",
            "give it the right in memurai_users, or let it use another user",
        )


def failed_writes(patient: Patient) -> Iterator[Finding]:
    """Judge whether data reaches the disk; where it does not, the server refuses writes."""
    fields = ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status")
    wrong = [f"{field}:{patient.info[field]}" for field in fields if patient.info.get(field, "ok") != "ok"]
    if wrong:
        yield Finding(
            "failed writes",
            ", ".join(wrong),
            "what is not on disk is lost at the next stop, and writes may be refused (MISCONF)",
            f"make room on the drive of {patient.settings.storage.data}, keep virus scanners and copies off that "
            "folder, and see the server's log; tasks/storage.py mends its access",
        )


def pool_use(patient: Patient) -> Iterator[Finding]:
    """Judge how many are connected: of what the server allows, and of what the application is planned for."""
    connected, most = int(patient.number("connected_clients")), patient.number("maxclients")
    planned = patient.settings.application.max_connections
    percent = patient.settings.monitoring.clients_warning_percent
    for limit, name, remedy in (
        (most, "memurai_security.maxclients", "raise it, or find who holds so many (by address, above)"),
        (
            planned,
            "memurai_application.max_connections",
            "raise it together with the size of the pools by a quarter, or find connections that are not given back",
        ),
    ):
        if limit and connected >= limit * percent / 100:
            yield Finding(
                "pool use",
                f"{connected} connected clients, {connected * 100 // int(limit)} % of the {int(limit)} of {name}",
                f"from {percent} % on, requests wait for a connection and fail at 100 %",
                remedy,
            )
    if (blocked := int(patient.number("blocked_clients"))) >= patient.settings.monitoring.blocked_clients_warning:
        yield Finding(
            "pool use",
            f"{blocked} clients are blocked",
            "they wait in a command such as BLPOP and hold a connection each meanwhile",
            "give such consumers a pool of their own, or a shorter timeout",
        )


def memory(patient: Patient) -> Iterator[Finding]:
    """Judge how full the memory is."""
    used, limit = patient.number("used_memory"), patient.number("maxmemory")
    refused, percent = patient.errors("OOM"), 100 * used / limit if limit else 0
    if refused or percent >= patient.settings.monitoring.memory_warning_percent:
        seen = f"{used / MEBIBYTE:.0f} of {limit / MEBIBYTE:.0f} MB used ({percent:.0f} %)"
        yield Finding(
            "out of memory",
            f"{seen}, {refused} commands were refused (OOM)",
            f"at 100 % the policy decides, {patient.info.get('maxmemory_policy')}: keys are evicted, or writes fail",
            "raise memurai_memory.maxmemory and deploy: the running server takes it, without a restart (the host needs "
            "twice as much memory); or store less, for a shorter time",
        )


def evictions(patient: Patient) -> Iterator[Finding]:
    """Judge keys that had to go before their time."""
    if count := int(patient.number("evicted_keys")):
        kept = sorted(set(patient.settings.application.stores) & LASTING_STORES)
        harm = (
            f"{' and '.join(kept)} may be among them, and must not"
            if kept
            else "fine for cached data, for nothing else"
        )
        yield Finding(
            "evictions",
            f"{count} keys were evicted since the server started",
            f"the memory was full, and they went before their time: {harm}",
            "raise memurai_memory.maxmemory; for data that must stay, memurai_memory.policy noeviction",
        )


def fragmentation(patient: Patient) -> Iterator[Finding]:
    """Judge memory that is taken but not used."""
    ratio = patient.number("mem_fragmentation_ratio")
    is_judged = patient.number("used_memory") > JUDGED_BYTES
    if is_judged and ratio >= patient.settings.monitoring.fragmentation_warning_ratio:
        yield Finding(
            "fragmentation",
            f"mem_fragmentation_ratio {ratio:g}",
            "the server takes that many times the memory of its data; 1.0 to 1.5 is ideal",
            f"restart it when the load is low (Restart-Service {patient.settings.service.name}); with replicas, fail "
            "over first. Memurai has no active defragmentation",
        )


def slow_commands(patient: Patient) -> Iterator[Finding]:
    """Judge the slow log, a finding for each of the commands that took the longest, and the use of KEYS."""
    entries: dict[str, list[SlowCommand]] = defaultdict(list)
    for entry in patient.found["slow_log"]:
        entries[entry["command"]].append(entry)
    ranked = sorted(entries.items(), key=lambda item: -sum(entry["microseconds"] for entry in item[1]))
    for command, slow in ranked[:SHOWN]:
        worst = max(slow, key=lambda entry: entry["microseconds"])
        yield Finding(
            "slow queries",
            f"{command.upper()}: {len(slow)} of the {len(patient.found['slow_log'])} entries of the slow log, the "
            f"worst {worst['microseconds'] / MICROSECONDS:.1f} ms with {worst['arguments']} arguments, from "
            f"{worst['client_address']} at {worst['time_utc']}",
            "everybody else waits meanwhile: commands run one after the other",
            REMEDIES.get(command.partition("|")[0].lower(), OTHER_REMEDY),
        )
    calls = statistics_of(patient.info.get("cmdstat_keys", "")).get("calls", 0)
    if calls and "keys" not in entries:
        yield Finding(
            "slow queries",
            f"KEYS was called {calls:.0f} times since the server started",
            "it looks at every key at once, and is slower with each of them",
            f"{REMEDIES['keys']}; memurai_security.renamed_commands disables it",
        )


def latency(patient: Patient) -> Iterator[Finding]:
    """Judge what the latency monitor saw."""
    for event in patient.found["latency"]:
        kind = event["event"]
        meaning = LATENCY_MEANINGS.get(kind) or LATENCY_MEANINGS.get(
            kind.partition("-")[0], "an inner task of the server"
        )
        yield Finding(
            "latency",
            f"{kind}: {event['maximum_milliseconds']} ms at most, the last one {event['latest_milliseconds']} ms at "
            f"{event['time_utc']}",
            meaning,
            "see https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/; "
            "memurai_diagnostics.latency_monitor_threshold says what is noted",
        )


def lasting_keys(patient: Patient) -> Iterator[Finding]:
    """Judge keys of the patterns that never expire."""
    for sample in patient.found["key_patterns"]:
        if sample["without_expiry"]:
            yield Finding(
                "keys",
                f"{sample['without_expiry']} of the {sample['keys']} keys {sample['pattern']} never expire",
                "if they are revoked tokens, counters or cached data, they stay until the memory is full",
                "have the application set a time to live with each (SETEX, EXPIRE in the same script)",
            )


def unread(patient: Patient) -> Iterator[Finding]:
    """Tell what could not be read."""
    for item in patient.found["unknown"]:
        if item["what"] != "server":
            yield Finding(
                "not known",
                f"{item['what']}: {item['reason']}",
                "this diagnosis is without it",
                "allow the command (memurai_security.renamed_commands) and its user the right to it",
            )


def overview(patient: Patient) -> list[str]:
    """Return the figures that are worth a look also when all is well, as lines for people."""
    if not patient.info:
        return []
    clients = ", ".join(f"{item['address']} {item['connections']}" for item in patient.found["clients"][:SHOWN])
    shown = {name: patient.info.get(name) for name in OVERVIEW_FIELDS}
    return [
        "memory: {used_memory_human} of {maxmemory_human}, fragmentation {mem_fragmentation_ratio}".format(**shown),
        "commands: {instantaneous_ops_per_sec} a second, {total_commands_processed} since the start".format(**shown),
        f"connections by address: {clients or 'none'}",
        script_line(patient),
        *(key_line(sample, keys_of(patient)) for sample in patient.found["key_patterns"]),
    ]


def script_line(patient: Patient) -> str:
    """Return how often scripts ran, and how long they took."""
    used = [statistics_of(patient.info.get(f"cmdstat_{command}", "")) for command in SCRIPT_COMMANDS]
    calls, microseconds = (sum(part.get(name, 0) for part in used) for name in ("calls", "usec"))
    if not calls:
        return "scripts: none ran"
    return f"scripts: {calls:.0f} runs, {microseconds / calls:.0f} microseconds each on average"


def keys_of(patient: Patient) -> int:
    """Return how many keys database 0 has."""
    return int(statistics_of(patient.info.get("db0", "")).get("keys", 0))


def key_line(sample: KeySample, total: int) -> str:
    """Return how many keys a pattern has and how long they live.

    sample: what was counted. total: all keys of the database, for an estimate when only a part was looked at.
    """
    count = f"{sample['keys']}"
    if not sample["complete"]:
        estimate = round(sample["keys"] * total / max(sample["sampled_keys"], 1))
        count = f"about {estimate} ({sample['keys']} of {sample['sampled_keys']} that were looked at)"
    average = sample["average_ttl_seconds"]
    lives = "" if average is None else f", {average} s left on average"
    return f"keys {sample['pattern']}: {count}{lives}, {sample['without_expiry']} without expiry"


def report(patient: Patient) -> list[str]:
    """Return everything as lines for people, the summary last."""
    found = findings(patient)
    topics = ", ".join(dict.fromkeys(finding.topic for finding in found))
    summary = f"{len(found)} findings: {topics}" if found else "nothing is wrong that this diagnosis knows of"
    return [*overview(patient), *(line for finding in found for line in finding.lines), summary]
