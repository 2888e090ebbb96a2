"""Twin of the health check that a host does by itself."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import is_future, time_of
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.files import get_win_text_file
from winlab.twin.functions.memurai import information_fields, invoke_memurai_command
from winlab.twin.registry import Output, twin
from winlab.windows.files import DRIVE, written_path
from winlab.windows.machine import Machine

_SETTINGS = (
    *("CliPath", "Address", "Port", "User", "TlsCaFile", "TlsCertFile", "TlsKeyFile", "SecretPath", "ServiceName"),
    *("DataFolder", "BackupFolder", "BackupEnabled", "AppendOnly", "MetricsFolder", "EventSource", "StatePath"),
    *("MemoryWarningPercent", "MemoryCriticalPercent", "FragmentationWarningRatio", "HitRateWarningPercent"),
    *("ClientsWarningPercent", "BlockedClientsWarning", "ReplicationLagWarningSeconds", "SlowlogGrowthWarning"),
    *("BackupAgeWarningHours", "BackupAgeCriticalHours", "RehearsalAgeWarningHours", "DiskFreeWarningPercent"),
    "DiskFreeCriticalPercent",
)
_STATE = ("RunId", "SlowLogEntries", "RejectedConnections", "Status")
_FIELDS = (
    *("run_id", "role", "used_memory", "maxmemory", "maxmemory_policy", "mem_fragmentation_ratio", "keyspace_hits"),
    *("keyspace_misses", "connected_clients", "blocked_clients", "maxclients", "rejected_connections"),
    *("evicted_keys", "total_commands_processed", "instantaneous_ops_per_sec", "aof_enabled"),
    *("aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status", "rdb_last_save_time"),
)
_REPLICA_FIELDS = ("master_link_status", "master_last_io_seconds_ago")
_COMMAND_SECONDS = 10
_MEBIBYTE = 1024**2
_JUDGED_BYTES = 64 * _MEBIBYTE
_JUDGED_LOOKUPS = 1000
_HOUR = 3600
_BACKUP_NAME = re.compile(r"\d{8}T\d{6}Z")
_REPLICA = re.compile(r"ip=(.*),port=(\d+),state=(\w+),offset=\d+,lag=(\d+)")
_BLANKS = re.compile(r"\s+")
_NUMBERS = {"ok": 0, "warning": 1, "critical": 2}
_EXIT_CODES = {"ok": 0, "critical": 1, "warning": 2}
_MARKS = {"ok": "[OK]  ", "warning": "[WARN]", "critical": "[FAIL]"}
_EVENTS = {"ok": (1020, "Information"), "warning": (1021, "Warning"), "critical": (1022, "Error")}
# Name without memurai_, type, property of the figures, meaning.
_METRICS = (
    ("up", "gauge", "Up", "Whether the server answers PONG to PING."),
    ("service_running", "gauge", "ServiceRunning", "Whether the service runs."),
    ("used_memory_bytes", "gauge", "UsedMemoryBytes", "Memory used for data."),
    ("maxmemory_bytes", "gauge", "MaxmemoryBytes", "Limit of the memory used; 0: none."),
    ("memory_fragmentation_ratio", "gauge", "MemoryFragmentationRatio", "Memory taken per memory used."),
    ("keyspace_hits_total", "counter", "KeyspaceHits", "Lookups that found their key."),
    ("keyspace_misses_total", "counter", "KeyspaceMisses", "Lookups that found no key."),
    ("keyspace_hit_ratio", "gauge", "KeyspaceHitRatio", "Share of lookups that found their key."),
    ("connected_clients", "gauge", "ConnectedClients", "Clients that are connected."),
    ("blocked_clients", "gauge", "BlockedClients", "Clients that wait in a blocking command."),
    ("maxclients", "gauge", "Maxclients", "Clients that may be connected."),
    ("rejected_connections_total", "counter", "RejectedConnections", "Connections refused at maxclients."),
    ("evicted_keys_total", "counter", "EvictedKeys", "Keys evicted at maxmemory."),
    ("commands_processed_total", "counter", "CommandsProcessed", "Commands that were run."),
    ("operations_per_second", "gauge", "OperationsPerSecond", "Commands run in the last second."),
    ("aof_enabled", "gauge", "AofEnabled", "Whether the append-only file is on."),
    ("aof_last_write_ok", "gauge", "AofLastWriteOk", "Whether the last write to it succeeded."),
    ("aof_last_rewrite_ok", "gauge", "AofLastRewriteOk", "Whether its last rewrite succeeded."),
    ("rdb_last_save_ok", "gauge", "RdbLastSaveOk", "Whether the last snapshot succeeded."),
    ("rdb_last_save_timestamp_seconds", "gauge", "RdbLastSaveTimestamp", "Time of the last snapshot."),
    ("slowlog_entries_total", "counter", "SlowlogEntries", "Commands that entered the slow log."),
    ("is_primary", "gauge", "IsPrimary", "Whether the server is a primary."),
    ("connected_replicas", "gauge", "ConnectedReplicas", "Replicas that are connected."),
    ("primary_link_up", "gauge", "PrimaryLinkUp", "Whether a replica is linked to its primary."),
    ("primary_last_io_seconds", "gauge", "PrimaryLastIoSeconds", "Seconds since it heard of its primary."),
)


@twin("Invoke-MemuraiHealthCheck", "ExitCode", "Status", "Text", "Checks", "Metrics")
def invoke_memurai_health_check(machine: Machine, *, settings_path: str) -> Output:
    """Judge the health of a server, its host's drives and its backups."""
    settings = _read_json(machine, settings_path, _SETTINGS)
    if settings is None:
        raise TwinError(
            f"Expected the settings of the health check at '{settings_path}', found no such file. Deploy, or correct "
            "the path."
        )
    return _Health(machine, settings).run()


def _read_json(machine: Machine, path: str, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the object in a JSON file with those properties, or None when there is no such file."""
    file = get_win_text_file(machine, path=path)
    if not file["Exists"]:
        return None
    try:
        value = json.loads(file["Content"])
    except ValueError:
        value = None
    advice = "Remove the file, or have it written anew."
    if not isinstance(value, dict):
        raise TwinError(f"Expected a JSON object in '{file['Path']}', found other text. {advice}")
    missing = [name for name in names if name not in value]
    if missing:
        found = f"found no {', '.join(missing)}"
        raise TwinError(f"Expected {', '.join(names)} in '{file['Path']}', {found}. {advice}")
    return value


def _status(*, critical: bool = False, warning: bool = False) -> str:
    return "critical" if critical else "warning" if warning else "ok"


def _check(name: str, status: str, value: str, expected: str, advice: str) -> dict[str, str]:
    message = f"Expected {expected}." if status == "ok" else f"Expected {expected}. {advice}"
    return {"Name": name, "Status": status, "Value": value, "Message": message}


def _number(information: Mapping[str, str], name: str) -> float | None:
    text = information.get(name)
    if text is None:
        return None
    return float(text) if "." in text else int(text)


def _flag(information: Mapping[str, str], name: str, value: str) -> int | None:
    return int(information[name] == value) if name in information else None


def _text(value: float) -> str:
    """Return a number as PowerShell writes it into a text, whatever the culture."""
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _told(future: Sequence[str]) -> str:
    return f", and of the future: {', '.join(future)} (the clock was wrong, or is)" if future else ""


@dataclass
class _Backups:
    """What the records of the backups say; what has a time in the future is named, and counts as nothing else."""

    now: datetime
    taken: datetime | None = None
    proven: datetime | None = None
    last_rehearsal: datetime | None = None
    is_last_rehearsal_failed: bool = False
    last_exit_code: int | None = None
    future: list[str] = field(default_factory=list)
    future_rehearsals: list[str] = field(default_factory=list)

    def add_run(self, run: Mapping[str, Any]) -> None:
        """Take note of the last run."""
        self.last_exit_code = int(run["ExitCode"])
        if is_future(time_of(run["EndedUtc"]), self.now):
            self.future.append("last-run.json")

    def add_backup(self, name: str, manifest: Mapping[str, Any]) -> None:
        """Take note of a backup."""
        taken = time_of(manifest["TakenUtc"])
        if is_future(taken, self.now):
            self.future.append(name)
        else:
            self.taken = max(self.taken or taken, taken)

    def add_rehearsal(self, name: str, rehearsal: Mapping[str, Any]) -> None:
        """Take note of a rehearsal."""
        time = time_of(rehearsal["RehearsedUtc"])
        if is_future(time, self.now):
            self.future_rehearsals.append(name)
            return
        if self.last_rehearsal is None or time > self.last_rehearsal:
            self.last_rehearsal, self.is_last_rehearsal_failed = time, not rehearsal["Ok"]
        if rehearsal["Ok"]:
            self.proven = max(self.proven or time, time)


@dataclass
class _Health:
    """One health check."""

    machine: Machine
    settings: dict[str, Any]
    service: str = "absent"
    ping: str = ""
    info: str = "answered"
    information: dict[str, str] = field(default_factory=dict)
    slow_log_entries: int | None = None
    slow_log_reason: str = ""
    last: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def run(self) -> Output:
        self._read()
        self.metrics = self._metrics()
        checks = list(self._checks())
        found = {check["Status"] for check in checks}
        status = _status(critical="critical" in found, warning="warning" in found)
        text = self._shown(checks, status)
        place = self._write_metrics(checks, status)
        # Before the state is kept: an event that could not be written is written by the next check.
        self._write_event(status, text)
        self._keep(status)
        return {
            "ExitCode": _EXIT_CODES[status],
            "Status": status,
            "Text": f"{text}\n{place}",
            "Checks": checks,
            "Metrics": self.metrics,
        }

    # What is judged

    def _read(self) -> None:
        service = self.machine.services.find(self.settings["ServiceName"])
        self.service = "absent" if service is None else service.state
        self.ping = self._ask("PING")[1].strip()
        first = dict.fromkeys(_STATE) | {"Status": "ok"}
        self.last = _read_json(self.machine, self.settings["StatePath"], _STATE) or first
        is_answer, text = self._ask("INFO")
        fields = information_fields(text)
        needed = (*_FIELDS, *_REPLICA_FIELDS) if fields.get("role") == "slave" else _FIELDS
        missing = [name for name in needed if name not in fields]
        if not is_answer:
            self.info = text.strip()
        elif missing:
            self.info = f"no {', '.join(missing)}"
        else:
            self.information = fields
            self._read_slow_log()

    def _ask(self, *words: str) -> tuple[bool, str]:
        """Return whether the server answered something else than an error, and what."""
        settings = self.settings
        try:
            answer = invoke_memurai_command(
                self.machine,
                cli_path=settings["CliPath"],
                address=settings["Address"],
                port=settings["Port"],
                user=settings["User"],
                tls_ca_file=settings["TlsCaFile"],
                tls_cert_file=settings["TlsCertFile"],
                tls_key_file=settings["TlsKeyFile"],
                password=self._password(),
                arguments=list(words),
                timeout_seconds=_COMMAND_SECONDS,
            )
        except TwinError as error:
            return False, str(error)
        if answer["ExitCode"] == 0:
            return True, answer["Output"]
        return False, f"{answer['Output'].strip()} {answer['ErrorOutput'].strip()}".strip()

    def _password(self) -> SecretStr | None:
        path = self.settings["SecretPath"]
        if self.machine.files.kind(path) != "File":
            return None
        return SecretStr(self.machine.files.read_bytes(path).decode("utf-8-sig").rstrip("\r\n"))

    def _read_slow_log(self) -> None:
        is_answer, text = self._ask("SLOWLOG", "GET", "1")
        newest = re.match(r"(\d+)\r?\n", text)
        if not is_answer:
            self.slow_log_reason = text
        elif newest:
            self.slow_log_entries = int(newest[1]) + 1
        else:
            is_same_run = self.last["RunId"] == self.information["run_id"]
            self.slow_log_entries = (self.last["SlowLogEntries"] or 0) if is_same_run else 0

    def _volumes(self) -> list[dict[str, Any]]:
        files = self.machine.files
        folders = (written_path(self.settings[name]) for name in ("DataFolder", "BackupFolder"))
        return [
            {
                "Volume": name,
                "SizeBytes": files.capacity_bytes if name == DRIVE else None,
                "FreeBytes": files.free_bytes if name == DRIVE else None,
            }
            for name in dict.fromkeys(folder[:2].upper() for folder in folders)
        ]

    def _metrics(self) -> dict[str, Any]:
        info = self.information
        hits, misses = _number(info, "keyspace_hits"), _number(info, "keyspace_misses")
        lookups = (hits or 0) + (misses or 0)
        return {
            "Up": int(self.ping == "PONG"),
            "ServiceRunning": int(self.service == "Running"),
            "UsedMemoryBytes": _number(info, "used_memory"),
            "MaxmemoryBytes": _number(info, "maxmemory"),
            "MemoryFragmentationRatio": _number(info, "mem_fragmentation_ratio"),
            "KeyspaceHits": hits,
            "KeyspaceMisses": misses,
            "KeyspaceHitRatio": round((hits or 0) / lookups, 4) if lookups else None,
            "ConnectedClients": _number(info, "connected_clients"),
            "BlockedClients": _number(info, "blocked_clients"),
            "Maxclients": _number(info, "maxclients"),
            "RejectedConnections": _number(info, "rejected_connections"),
            "EvictedKeys": _number(info, "evicted_keys"),
            "CommandsProcessed": _number(info, "total_commands_processed"),
            "OperationsPerSecond": _number(info, "instantaneous_ops_per_sec"),
            "AofEnabled": _number(info, "aof_enabled"),
            "AofLastWriteOk": _flag(info, "aof_last_write_status", "ok"),
            "AofLastRewriteOk": _flag(info, "aof_last_bgrewrite_status", "ok"),
            "RdbLastSaveOk": _flag(info, "rdb_last_bgsave_status", "ok"),
            "RdbLastSaveTimestamp": _number(info, "rdb_last_save_time"),
            "SlowlogEntries": self.slow_log_entries,
            "IsPrimary": _flag(info, "role", "master"),
            "ConnectedReplicas": _number(info, "connected_slaves"),
            "PrimaryLinkUp": _flag(info, "master_link_status", "up"),
            "PrimaryLastIoSeconds": _number(info, "master_last_io_seconds_ago"),
            "Volumes": self._volumes(),
        }

    def _growth(self, name: str, count: int) -> int | None:
        former: int | None = self.last[name]
        if former is None:
            return None
        # A server that was restarted, or told to forget its statistics, counts from nothing again.
        if self.last["RunId"] != self.information["run_id"] or count < former:
            return count
        return count - former

    # The checks

    def _checks(self) -> Iterator[dict[str, str]]:
        yield from self._server()
        # The check of the server is critical then: one cause, one finding.
        if self.information:
            yield from (self._memory(), self._fragmentation(), self._hit_rate(), self._persistence(), self._clients())
            yield from (self._rejected(), self._replication(), self._slow_log())
        yield from self._backup()
        yield self._disk()

    def _server(self) -> Iterator[dict[str, str]]:
        status = _status(critical=self.service != "Running")
        advice = (
            f"Start it (Start-Service {self.settings['ServiceName']}); why it does not run is in the server's log and "
            "the System event log."
        )
        yield _check("service", status, self.service, "Running", advice)
        answers = f"PING: {self.ping}, INFO: {self.info}"
        status = _status(critical=answers != "PING: PONG, INFO: answered")
        advice = (
            "Does the server run, is its data loaded, are address, port and password of the health check right, may "
            "its user do this? The server's log says more."
        )
        yield _check("ping", status, answers, "PONG to PING, and an answer to INFO", advice)

    def _memory(self) -> dict[str, str]:
        used, limit, settings = self.metrics["UsedMemoryBytes"], self.metrics["MaxmemoryBytes"], self.settings
        # A server without a limit takes all the memory of the host in the end.
        percent = 100 * used / limit if limit else 0
        # With any other policy a full server goes on: it evicts.
        is_fatal = self.information["maxmemory_policy"] == "noeviction"
        return _check(
            "memory",
            _status(
                critical=is_fatal and percent >= settings["MemoryCriticalPercent"],
                warning=limit == 0 or percent >= settings["MemoryWarningPercent"],
            ),
            f"{round(used / _MEBIBYTE)} of {round(limit / _MEBIBYTE)} MB ({math.floor(percent)} %)",
            f"a limit, and less than {settings['MemoryWarningPercent']} % of it used",
            f"At 100 % the policy decides, {self.information['maxmemory_policy']}: keys are evicted or writes fail. "
            "Raise memurai_memory.maxmemory, or store less and for a shorter time.",
        )

    def _fragmentation(self) -> dict[str, str]:
        ratio, limit = self.metrics["MemoryFragmentationRatio"], self.settings["FragmentationWarningRatio"]
        is_judged = self.metrics["UsedMemoryBytes"] > _JUDGED_BYTES
        ideal = f"less than {_text(limit)}"
        return _check(
            "fragmentation",
            _status(warning=is_judged and ratio >= limit),
            _text(ratio),
            ideal if is_judged else f"{ideal}, but not judged: below 64 MB of data it says nothing",
            "Restart the service when that suits, in a replica set the replicas first: it gives the memory back.",
        )

    def _hit_rate(self) -> dict[str, str]:
        ratio, least = self.metrics["KeyspaceHitRatio"], self.settings["HitRateWarningPercent"]
        is_judged = self.metrics["KeyspaceHits"] + self.metrics["KeyspaceMisses"] >= _JUDGED_LOOKUPS
        expected = f"at least {least} % of all lookups since the server started to find their key"
        return _check(
            "hit_rate",
            _status(warning=is_judged and 100 * ratio < least),
            "no lookups yet" if ratio is None else f"{math.floor(100 * ratio)} %",
            expected if is_judged else f"{expected}, but not judged: so few say nothing",
            "Are keys evicted (memory), do they expire too early, does the application ask for what it never stored? "
            "Where misses are the rule, as for a list of revoked tokens, set "
            "memurai_monitoring.hit_rate_warning_percent to 0.",
        )

    def _persistence(self) -> dict[str, str]:
        is_logged = self.settings["AppendOnly"]
        names = ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status")
        expected = {"aof_enabled": str(int(is_logged))} | dict.fromkeys(names, "ok")
        found = {name: self.information[name] for name in expected}
        wrong = {name for name, value in expected.items() if found[name] != value}
        # An append-only file that is too many and a rewrite that failed lose nothing; everything else does.
        harmless = {"aof_last_bgrewrite_status"} | (set() if is_logged else {"aof_enabled"})
        return _check(
            "persistence",
            _status(critical=bool(wrong - harmless), warning=bool(wrong)),
            ", ".join(f"{name}:{value}" for name, value in found.items()),
            ", ".join(f"{name}:{value}" for name, value in expected.items()),
            "Is the disk full, may the service's account write to the data folder, does another program hold a file "
            "there? The server's log says more. Deploy when aof_enabled differs.",
        )

    def _clients(self) -> dict[str, str]:
        connected, most, blocked = (self.metrics[name] for name in ("ConnectedClients", "Maxclients", "BlockedClients"))
        percent, settings = 100 * connected / most, self.settings
        is_full, is_blocked = percent >= settings["ClientsWarningPercent"], blocked >= settings["BlockedClientsWarning"]
        return _check(
            "clients",
            _status(warning=is_full or is_blocked),
            f"{connected} of {most} connected ({math.floor(percent)} %), {blocked} blocked",
            f"less than {settings['ClientsWarningPercent']} % connected, less than {settings['BlockedClientsWarning']} "
            "blocked",
            "Who is connected: tasks/diagnose.py. Smaller pools, or a greater memurai_security.maxclients; blocked "
            "ones wait in a command such as BLPOP.",
        )

    def _rejected(self) -> dict[str, str]:
        count = self.metrics["RejectedConnections"]
        growth = self._growth("RejectedConnections", count)
        return _check(
            "rejected_connections",
            _status(warning=bool(growth)),
            f"{count} since the start" if growth is None else f"{growth} since the last check",
            "0 since the last check",
            "Clients were refused at maxclients: see clients.",
        )

    def _replication(self) -> dict[str, str]:
        limit = self.settings["ReplicationLagWarningSeconds"]
        is_critical, is_warning, value = self._primary(limit) if self.metrics["IsPrimary"] else self._replica(limit)
        return _check(
            "replication",
            _status(critical=is_critical, warning=is_warning),
            value,
            f"every link up, and less than {limit} s since the other side was heard of",
            "Is the other host up and reachable (firewall), does it know this one's password? The logs of both servers "
            "say more.",
        )

    def _primary(self, limit: int) -> tuple[bool, bool, str]:
        names = sorted(name for name in self.information if re.fullmatch(r"slave\d+", name))
        replicas = [found for name in names if (found := _REPLICA.fullmatch(self.information[name]))]
        is_late = any(found[3] != "online" or int(found[4]) >= limit for found in replicas)
        texts = [f"; {found[1]}:{found[2]} {found[3]}, {found[4]} s" for found in replicas]
        return False, is_late, f"primary, {self.metrics['ConnectedReplicas']} replicas{''.join(texts)}"

    def _replica(self, limit: int) -> tuple[bool, bool, str]:
        seconds, link = self.metrics["PrimaryLastIoSeconds"], self.information["master_link_status"]
        text = f"replica, link {link}, heard of its primary {seconds} s ago"
        return self.metrics["PrimaryLinkUp"] != 1, seconds >= limit, text

    def _slow_log(self) -> dict[str, str]:
        limit, entries, growth = self.settings["SlowlogGrowthWarning"], self.slow_log_entries, None
        value = f"not known: {self.slow_log_reason}"
        if entries is not None:
            growth = self._growth("SlowLogEntries", entries)
            value = f"{entries} entries since the server started"
        if growth is not None:
            value = f"{growth} new entries since the last check"
        return _check(
            "slow_log",
            _status(warning=entries is None or (growth is not None and growth >= limit)),
            value,
            f"less than {limit} new entries since the last check",
            "Which commands, and what to do about them: tasks/diagnose.py. It needs the right to SLOWLOG GET.",
        )

    def _backup(self) -> Iterator[dict[str, str]]:
        if not self.settings["BackupEnabled"]:
            for name in ("backup", "rehearsal"):
                yield _check(name, "ok", "none are taken", "none, as memurai_backup.enabled says", "Nothing.")
            return
        try:
            backups = self._backups()
        except WinlabError as error:
            # What cannot be read proves nothing; the other checks go on.
            for name in ("backup", "rehearsal"):
                expected, advice = "backups whose records can be read", "Take a new backup: start its scheduled task."
                yield _check(name, "critical", str(error), expected, advice)
            return
        yield self._backup_age(backups)
        yield self._rehearsal_age(backups)

    def _backups(self) -> _Backups:
        found, folder, files = _Backups(self.time), written_path(self.settings["BackupFolder"]), self.machine.files
        if files.kind(folder) != "Directory":
            return found
        run = _read_json(self.machine, f"{folder}\\last-run.json", ("ExitCode", "EndedUtc"))
        if run is not None:
            found.add_run(run)
        # A backup that is still being made has another name, and one without a manifest is not good.
        for name in filter(_BACKUP_NAME.fullmatch, files.names(folder)):
            manifest = _read_json(self.machine, f"{folder}\\{name}\\manifest.json", ("TakenUtc",))
            if manifest is not None:
                found.add_backup(name, manifest)
            rehearsal = _read_json(self.machine, f"{folder}\\{name}\\rehearsal.json", ("Ok", "RehearsedUtc"))
            if rehearsal is not None:
                found.add_rehearsal(name, rehearsal)
        return found

    def _backup_age(self, backups: _Backups) -> dict[str, str]:
        settings, last_run = self.settings, backups.last_exit_code
        # On a new host the first backup is still to come.
        value, is_critical, is_warning = "there is none", last_run is not None or bool(backups.future), True
        if backups.taken is not None:
            hours = self._hours_since(backups.taken)
            value = f"{math.floor(hours)} h old"
            is_critical = hours >= settings["BackupAgeCriticalHours"]
            is_warning = bool(last_run or backups.future) or hours >= settings["BackupAgeWarningHours"]
        return _check(
            "backup",
            _status(critical=is_critical, warning=is_warning),
            value + (f", and the last run ended with exit code {last_run}" if last_run else "") + _told(backups.future),
            f"a good backup younger than {settings['BackupAgeWarningHours']} h in {settings['BackupFolder']}",
            "Why the last run failed is in last-run.json there and in the Application event log (source "
            f"{settings['EventSource']}). Start its scheduled task to take one now. What has a time in the future says "
            "nothing: set the clock right, and remove by hand what you need no more.",
        )

    def _rehearsal_age(self, backups: _Backups) -> dict[str, str]:
        limit, is_failed = self.settings["RehearsalAgeWarningHours"], backups.is_last_rehearsal_failed
        value, is_warning = "there was none", True
        if backups.proven is not None:
            hours = self._hours_since(backups.proven)
            value = f"the last one that succeeded was {math.floor(hours)} h ago"
            is_warning = bool(backups.future_rehearsals) or hours >= limit
        return _check(
            "rehearsal",
            _status(critical=is_failed, warning=is_warning),
            value + (", and the last one failed" if is_failed else "") + _told(backups.future_rehearsals),
            f"a backup that was loaded into a scratch server less than {limit} h ago",
            "A backup that was not tried may be none: why the last rehearsal failed is in the newest rehearsal.json in "
            f"{self.settings['BackupFolder']} and in the Application event log.",
        )

    def _hours_since(self, time: datetime) -> float:
        return (self.time - time).total_seconds() / _HOUR

    def _disk(self) -> dict[str, str]:
        settings, percents = self.settings, {}
        for volume in self.metrics["Volumes"]:
            size = volume["SizeBytes"]
            percents[volume["Volume"]] = None if size is None else 100 * volume["FreeBytes"] / size
        least = min(percent or 0 for percent in percents.values())
        texts = [
            f"{name} is not there" if percent is None else f"{name} {math.floor(percent)} % free"
            for name, percent in percents.items()
        ]
        return _check(
            "disk",
            _status(
                critical=least < settings["DiskFreeCriticalPercent"], warning=least < settings["DiskFreeWarningPercent"]
            ),
            ", ".join(texts),
            f"at least {settings['DiskFreeWarningPercent']} % of each drive free",
            "A full disk ends snapshots, the append-only file and backups. Free some room, enlarge the drive, keep "
            "fewer backups (memurai_backup.keep_days, keep_at_most).",
        )

    # What is told

    def _shown(self, checks: list[dict[str, str]], status: str) -> str:
        # What a server says may have several lines.
        lines = [
            f"{_MARKS[check['Status']]} {check['Name']}: {_BLANKS.sub(' ', check['Value'])}. {check['Message']}"
            for check in checks
        ]
        if not self.information:
            lines.append(
                "[ -- ] not known while the server does not answer: memory, fragmentation, hit_rate, persistence, "
                "clients, rejected_connections, replication, slow_log"
            )
        counts = [
            f"{sum(check['Status'] == kind for check in checks)} {kind}" for kind in ("critical", "warning", "ok")
        ]
        return "\n".join([*lines, f"{self.settings['ServiceName']}: {status} ({', '.join(counts)})"])

    def _write_metrics(self, checks: list[dict[str, str]], status: str) -> str:
        folder, files = self.settings["MetricsFolder"], self.machine.files
        if not folder:
            return "Metrics are not written: no folder is set (memurai_monitoring.textfile_folder)."
        folder = written_path(folder)
        if files.kind(folder) != "Directory":
            return (
                f"Metrics are not written: there is no folder {folder}. Install windows_exporter, or correct its path."
            )
        path = f"{folder}\\memurai-health-{self.settings['ServiceName']}.prom"
        self._save(path, "\n".join(self._metric_lines(checks, status)) + "\n")
        return f"Metrics: {path}"

    def _metric_lines(self, checks: list[dict[str, str]], status: str) -> Iterator[str]:
        meaning = "0 ok, 1 warning, 2 critical."
        judged = [({"check": check["Name"]}, _NUMBERS[check["Status"]]) for check in checks]
        seconds = int(self.time.timestamp())
        yield from self._metric("health_check_timestamp_seconds", "gauge", "Time of the last check.", [({}, seconds)])
        help_text = f"Worst result of all checks: {meaning}"
        yield from self._metric("health_status", "gauge", help_text, [({}, _NUMBERS[status])])
        yield from self._metric("health_check", "gauge", f"Result of a check: {meaning}", judged)
        for name, key, help_text in (
            ("disk_free_bytes", "FreeBytes", "Free space of a drive in use."),
            ("disk_size_bytes", "SizeBytes", "Size of a drive in use."),
        ):
            volumes = [({"volume": volume["Volume"]}, volume[key]) for volume in self.metrics["Volumes"]]
            yield from self._metric(name, "gauge", help_text, volumes)
        for name, kind, key, help_text in _METRICS:
            yield from self._metric(name, kind, help_text, [({}, self.metrics[key])])

    def _metric(
        self, name: str, kind: str, help_text: str, samples: Sequence[tuple[Mapping[str, str], float | None]]
    ) -> Iterator[str]:
        """Yield a metric in the text format of Prometheus; nothing when it has no sample."""
        full = f"memurai_{name}"
        lines = [f"{full}{{{self._labels(labels)}}} {_text(value)}" for labels, value in samples if value is not None]
        if lines:
            yield f"# HELP {full} {help_text}"
            yield f"# TYPE {full} {kind}"
            yield from lines

    def _labels(self, more: Mapping[str, str]) -> str:
        labels = {"instance_name": self.settings["ServiceName"], **more}
        escaped = {
            name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, value in labels.items()
        }
        return ",".join(f'{name}="{value}"' for name, value in escaped.items())

    def _write_event(self, status: str, text: str) -> None:
        if self.last["Status"] != status:
            event_id, entry_type = _EVENTS[status]
            source = self.settings["EventSource"]
            write_win_event(
                self.machine,
                source=source,
                event_id=event_id,
                entry_type=entry_type,
                message=text,
            )

    def _keep(self, status: str) -> None:
        # A server that does not answer keeps its counters until it does.
        state = {**{name: self.last[name] for name in _STATE}, "Status": status}
        if self.information:
            state |= {
                "RunId": self.information["run_id"],
                "SlowLogEntries": self.slow_log_entries,
                "RejectedConnections": self.metrics["RejectedConnections"],
            }
        self._save(written_path(self.settings["StatePath"]), json.dumps(state))

    def _save(self, path: str, text: str) -> None:
        """Write a file so that whoever reads it finds the former text or all of the new one."""
        files = self.machine.files
        files.write_bytes(f"{path}.new", text.encode())
        if files.kind(path) == "Absent":
            files.move(f"{path}.new", path)
        else:
            files.replace(f"{path}.new", path)
