"""Twin of the health check that a host does by itself."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from winfra.library import undo_module_text
from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import LAST_RUN, BackupStore, is_future, read_json, time_of, write_whole
from winlab.twin.functions.changes import undo_win_change
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.memurai import ServerAccess, ask, information_fields, told
from winlab.twin.modules import require_module
from winlab.twin.registry import Output, twin
from winlab.windows.files import DRIVE, written_path
from winlab.windows.machine import Machine

_SETTINGS = (
    *("CliPath", "Address", "Port", "User", "TlsCaFile", "TlsCertFile", "TlsKeyFile", "SecretPath", "ServiceName"),
    *("DataFolder", "BackupFolder", "MetricsFolder", "EventSource", "StatePath", "ChangeFolders", "UndoModule"),
    *("Fields", "ReplicaFields", "Checks", "Metrics"),
)
_FIRST_STATE = {"RunId": None, "SlowLogEntries": None, "RejectedConnections": None, "Status": "ok", "Changes": ""}
_COMMAND_SECONDS = 10
_MEBIBYTE = 1024**2
_HOUR = 3600
_REPLICA = re.compile(r"ip=(.*),port=(\d+),state=(\w+),offset=\d+,lag=(\d+)")
_BLANKS = re.compile(r"\s+")
_NUMBERS = {"ok": 0, "warning": 1, "critical": 2}
_EXIT_CODES = {"ok": 0, "critical": 1, "warning": 2}
_MARKS = {"ok": "[OK]  ", "warning": "[WARN]", "critical": "[FAIL]"}
_EVENTS = {"ok": (1020, "Information"), "warning": (1021, "Warning"), "critical": (1022, "Error")}

Facts = dict[str, Any]
Json = Mapping[str, Any]


@twin("Invoke-MemuraiHealthCheck", "ExitCode", "Status", "Text", "Checks", "Metrics")
def invoke_memurai_health_check(machine: Machine, *, settings_path: str) -> Output:
    """Undo what changes left unfinished, and judge the health of a server, its host's drives and its backups."""
    settings = read_json(machine, settings_path, _SETTINGS)
    if settings is None:
        raise TwinError(
            f"Expected the settings of the health check at '{settings_path}', found no such file. Deploy, or correct "
            "the path."
        )
    # First: what is judged then is the server as it was before a change that died.
    changes = list(_undo(machine, settings))
    last, unread = _last_state(machine, settings["StatePath"])
    facts = _Host(machine, settings, last).facts() | _change_facts(changes)
    checks = list(_results(facts, settings["Checks"]))
    status = max((check["Status"] for check in checks), key=_NUMBERS.__getitem__)
    facts["status_number"] = _NUMBERS[status]
    facts["check_numbers"] = {check["Name"]: _NUMBERS[check["Status"]] for check in checks}
    samples = list(_samples(facts, settings["Metrics"]))
    text = _shown(settings, checks, status, unread)
    place = _write_metrics(machine, settings, samples)
    # Before the state is kept: an event that could not be written is written by the next check.
    news = next((check["Value"] for check in checks if check["Name"] == "changes" and check["Status"] != "ok"), "")
    if last["Status"] != status or news not in {"", last["Changes"]}:
        event_id, kind = _EVENTS[status]
        write_win_event(machine, source=settings["EventSource"], event_id=event_id, entry_type=kind, message=text)
    _keep(machine, settings["StatePath"], facts, {**last, "Status": status, "Changes": news})
    return {
        "ExitCode": _EXIT_CODES[status],
        "Status": status,
        "Text": f"{text}\n{place}",
        "Checks": checks,
        "Metrics": samples,
    }


def _undo(machine: Machine, settings: Json) -> Iterator[Output]:
    """Undo what was left unfinished; yield what became of each change that was found."""
    for folder in map(written_path, settings["ChangeFolders"]):
        if machine.files.kind(f"{folder}\\journal") != "File":
            continue
        try:
            require_module(machine, written_path(settings["UndoModule"]), undo_module_text())
            end = undo_win_change(machine, folder=folder, reason="It was found unfinished by the health check.")
        except WinlabError as error:
            end = {"Name": None, "Outcome": "Broken", "Problem": str(error)}
        yield end
        # A change of the product holds those of its servers: who undoes it must not find their locks taken.
        if end["Outcome"] == "UnderWay":
            return


def _last_state(machine: Machine, path: str) -> tuple[dict[str, Any], str]:
    """Return what the last check kept, and why it can't be read."""
    try:
        return read_json(machine, path, tuple(_FIRST_STATE)) or _FIRST_STATE, ""
    except WinlabError as error:
        # This check writes it anew; until then there is nothing to compare with.
        return _FIRST_STATE, str(error)


def _keep(machine: Machine, path: str, facts: Facts, state: dict[str, Any]) -> None:
    # A server that does not answer keeps its counters until it does.
    if facts["info"] == "answered":
        state |= {
            "RunId": facts["run_id"],
            "SlowLogEntries": facts.get("slow_log_entries"),
            "RejectedConnections": int(facts["rejected_connections"]),
        }
    write_whole(machine, written_path(path), json.dumps(state))


# The facts


@dataclass(frozen=True)
class _Host:
    """A host of which the facts are gathered."""

    machine: Machine
    settings: Json
    last: Json

    def facts(self) -> Facts:
        """Return the fields of INFO and the host's own facts, by name."""
        service = self.machine.services.find(self.settings["ServiceName"])
        return {
            "ping": self._ask("PING")[1].strip(),
            **self._server(),
            "service": "absent" if service is None else service.state,
            "checked_seconds": int(datetime.now(UTC).timestamp()),
            **self._backups(),
            **self._disks(),
        }

    def _server(self) -> Facts:
        is_answer, text = self._ask("INFO")
        info = information_fields(text)
        replica_fields = self.settings["ReplicaFields"] if info.get("role") == "slave" else []
        missing = [name for name in (*self.settings["Fields"], *replica_fields) if name not in info]
        if not is_answer:
            return {"info": text.strip()}
        if missing:
            return {"info": f"no {', '.join(missing)}"}
        return info | {"info": "answered"} | self._figures(info) | _replicas(info) | self._slow_log(info)

    def _ask(self, *words: str) -> tuple[bool, str]:
        """Return whether the server answered something else than an error, and what."""
        try:
            server = ServerAccess.of_job(self.machine, self.settings)
            answer = ask(self.machine, server, *words, seconds=_COMMAND_SECONDS)
        except TwinError as error:
            return False, str(error)
        return (True, answer["Output"]) if answer["ExitCode"] == 0 else (False, told(answer))

    def _figures(self, info: Mapping[str, str]) -> Facts:
        used, limit, hits = (int(info[name]) for name in ("used_memory", "maxmemory", "keyspace_hits"))
        lookups, rejected = hits + int(info["keyspace_misses"]), int(info["rejected_connections"])
        return {
            "used_memory_megabytes": round(used / _MEBIBYTE),
            "maxmemory_megabytes": round(limit / _MEBIBYTE),
            "memory_percent": _percent(used, limit),
            "lookups": lookups,
            "hit_ratio": round(hits / lookups, 4) if lookups else None,
            "hit_percent": _percent(hits, lookups),
            "clients_percent": _percent(int(info["connected_clients"]), int(info["maxclients"])),
            "rejected_growth": self._growth(info, "RejectedConnections", rejected),
        }

    def _slow_log(self, info: Mapping[str, str]) -> Facts:
        is_answer, text = self._ask("SLOWLOG", "GET", "1")
        if not is_answer:
            return {"slow_log_problem": text}
        entries = 0
        if newest := re.match(r"(\d+)\r?\n", text):
            entries = int(newest[1]) + 1
        elif self.last["RunId"] == info["run_id"]:
            entries = self.last["SlowLogEntries"] or 0
        return {"slow_log_entries": entries, "slow_log_growth": self._growth(info, "SlowLogEntries", entries)}

    def _growth(self, info: Mapping[str, str], name: str, count: int) -> int | None:
        former: int | None = self.last[name]
        if former is None:
            return None
        # A server that was restarted, or told to forget its statistics, counts from nothing again.
        return count if self.last["RunId"] != info["run_id"] or count < former else count - former

    def _backups(self) -> Facts:
        now, folder = datetime.now(UTC), written_path(self.settings["BackupFolder"])
        if self.machine.files.kind(folder) != "Directory":
            return {}
        try:
            store = BackupStore(self.machine, folder)
            backups, problems = store.backups()
            clocks = {backup.clock_problem for backup in backups}
            if unread := [problem for problem in problems if problem not in clocks]:
                raise TwinError("; ".join(unread))
            run = read_json(self.machine, store.path(LAST_RUN), ("ExitCode", "EndedUtc"))
            future = [LAST_RUN] if run is not None and is_future(time_of(run["EndedUtc"]), now) else []
        except WinlabError as error:
            # What cannot be read proves nothing; the other checks go on.
            return {"backup_problem": str(error)}
        rehearsed = sorted((time, backup.state) for backup in backups if (time := backup.rehearsed) is not None)
        untimely = [backup.name for backup in backups if backup.rehearsal is not None and backup.rehearsed is None]
        return {
            "backup_hours": _hours(now, [backup.taken for backup in backups if backup.is_age_known]),
            "backup_exit_code": None if run is None else int(run["ExitCode"]),
            "backup_future": ", ".join([*future, *(backup.name for backup in backups if not backup.is_age_known)]),
            "rehearsal_hours": _hours(now, [time for time, state in rehearsed if state == "passed"]),
            "rehearsal_failed": int(rehearsed[-1:] != [] and rehearsed[-1][1] == "failed"),
            "rehearsal_future": ", ".join(untimely),
        }

    def _disks(self) -> Facts:
        free_bytes, size_bytes = self.machine.files.free_bytes, self.machine.files.capacity_bytes
        folders = [written_path(self.settings[name]) for name in ("DataFolder", "BackupFolder")]
        drives = dict.fromkeys(folder[:2].upper() for folder in folders)
        free_percent = _percent(free_bytes, size_bytes)
        texts = [f"{name} {free_percent} % free" if name == DRIVE else f"{name} is not there" for name in drives]
        return {
            "disks": ", ".join(texts),
            "disk_free_percent": free_percent if set(drives) == {DRIVE} else 0,
            "volume_free_bytes": {DRIVE: free_bytes},
            "volume_size_bytes": {DRIVE: size_bytes},
        }


def _hours(now: datetime, times: Sequence[datetime]) -> int | None:
    """Return the age of the newest in whole hours."""
    return math.floor((now - max(times)).total_seconds() / _HOUR) if times else None


def _percent(part: float, whole: float) -> int:
    return math.floor(100 * part / whole) if whole else 0


def _replicas(info: Mapping[str, str]) -> Facts:
    names = sorted(name for name in info if re.fullmatch(r"slave\d+", name))
    replicas = [found for name in names if (found := _REPLICA.fullmatch(info[name]))]
    return {
        "replicas": "".join(f"; {found[1]}:{found[2]} {found[3]}, {found[4]} s" for found in replicas),
        "replicas_offline": sum(found[3] != "online" for found in replicas),
        "replica_lag_seconds": max((int(found[4]) for found in replicas), default=None),
    }


def _change_facts(changes: Sequence[Output]) -> Facts:
    found = {end["Outcome"] for end in changes}
    return {
        "changes": "; ".join(map(_told_of_change, changes)),
        "changes_broken": int("Broken" in found),
        "changes_undone": int("Undone" in found),
    }


def _told_of_change(end: Output) -> str:
    rest = f": {end['Problem']}" if end["Problem"] else ""
    name = f"'{end['Name']}'" if end["Name"] else "one"
    texts = {
        "UnderWay": "one is under way",
        "Undone": f"{name} was left unfinished and was undone{rest}",
        "Broken": f"{name} could not be undone{rest}",
    }
    return texts.get(str(end["Outcome"]), "")


# What is judged


def _results(facts: Facts, checks: Sequence[Json]) -> Iterator[dict[str, str]]:
    """Yield the results of the checks: of those of one name, of the first whose conditions hold."""
    judged = set()
    for check in checks:
        if check["Name"] not in judged and all(_holds(facts, condition) for condition in check["When"]):
            judged.add(check["Name"])
            yield _result(facts, check)


def _result(facts: Facts, check: Json) -> dict[str, str]:
    status = "ok"
    for kind in ("Warning", "Critical"):
        if any(_holds(facts, condition) for condition in check[kind]):
            status = kind.lower()
    remarks = [remark["Text"] for remark in check["Remarks"] if _holds(facts, remark["When"])]
    expected = f"Expected {check['Expected']}."
    return {
        "Name": check["Name"],
        "Status": status,
        "Value": _filled(facts, check["Value"] + "".join(remarks)),
        "Message": _filled(facts, expected if status == "ok" else f"{expected} {check['Advice']}"),
    }


def _holds(facts: Facts, condition: Json) -> bool:
    fact, value = facts.get(condition["Fact"]), condition["Value"]
    match condition["Comparison"]:
        case "is":
            return _text(fact) == str(value)
        case "is not":
            return _text(fact) != str(value)
        case "at least":
            return fact is not None and float(fact) >= float(value)
        case "below":
            return fact is not None and float(fact) < float(value)
    raise TwinError(
        f"Expected 'is', 'is not', 'at least' or 'below' of {condition['Fact']}, found '{condition['Comparison']}'. "
        "Deploy."
    )


def _filled(facts: Facts, template: str) -> str:
    """Return a text in which each name in braces is that fact."""
    return re.sub(r"\{(\w+)\}", lambda name: _text(facts.get(name[1])), template)


def _text(fact: str | float | None) -> str:
    """Return a fact as PowerShell writes it into a text, whatever the culture."""
    return f"{fact:.15g}" if isinstance(fact, float) else "" if fact is None else str(fact)


# What is told


def _shown(settings: Json, checks: Sequence[Json], status: str, unread: str) -> str:
    # What a server says may have several lines.
    lines = [
        f"{_MARKS[check['Status']]} {check['Name']}: {_BLANKS.sub(' ', check['Value'])}. {check['Message']}"
        for check in checks
    ]
    judged = {check["Name"] for check in checks}
    others = dict.fromkeys(check["Name"] for check in settings["Checks"] if check["Name"] not in judged)
    if others:
        lines.append(f"[ -- ] not known while the server does not answer: {', '.join(others)}")
    if unread:
        lines.append(f"[ -- ] nothing of the last check is known: {_BLANKS.sub(' ', unread)}")
    counts = [f"{sum(check['Status'] == kind for check in checks)} {kind}" for kind in ("critical", "warning", "ok")]
    return "\n".join([*lines, f"{settings['ServiceName']}: {status} ({', '.join(counts)})"])


def _samples(facts: Facts, metrics: Sequence[Json]) -> Iterator[dict[str, Any]]:
    """Yield the samples of the metrics; what is not known has none."""
    for metric in metrics:
        fact = facts.get(metric["Fact"])
        values = fact if metric["Label"] and fact else {"": fact}
        for label, value in values.items():
            if value is not None:
                number = _number(value) if metric["Is"] is None else int(_text(value) == metric["Is"])
                yield {"Name": metric["Name"], "Label": label, "Value": number}


def _number(value: str | float) -> float:
    if not isinstance(value, str):
        return value
    return float(value) if "." in value else int(value)


def _write_metrics(machine: Machine, settings: Json, samples: Sequence[Json]) -> str:
    if not settings["MetricsFolder"]:
        return "Metrics are not written: no folder is set (memurai_monitoring.textfile_folder)."
    folder = written_path(settings["MetricsFolder"])
    if machine.files.kind(folder) != "Directory":
        return f"Metrics are not written: there is no folder {folder}. Install windows_exporter, or correct its path."
    path = f"{folder}\\memurai-health-{settings['ServiceName']}.prom"
    write_whole(machine, path, "".join(f"{line}\n" for line in metric_lines(settings, samples)))
    return f"Metrics: {path}"


def metric_lines(settings: Json, samples: Sequence[Json]) -> Iterator[str]:
    """Yield samples in the text format of Prometheus; nothing of a metric that has none."""
    for metric in settings["Metrics"]:
        own = [sample for sample in samples if sample["Name"] == metric["Name"]]
        if own:
            yield f"# HELP {metric['Name']} {metric['Meaning']}"
            yield f"# TYPE {metric['Name']} {metric['Kind']}"
        for sample in own:
            labels = {"instance_name": settings["ServiceName"]}
            labels |= {metric["Label"]: sample["Label"]} if metric["Label"] else {}
            shown = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
            yield f"{metric['Name']}{{{shown}}} {_text(sample['Value'])}"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
