"""What a deploy would start without: every case is refused before anything is touched, or is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memurai.checks import present_data
from memurai.facts.server import Ping, RunningServer
from memurai.settings import from_host_data
from winfra.facts.files import DirectoryEntries, Item, TextFile
from winfra.facts.services import Service

PROGRAMS = r"C:\Program Files\Memurai"
OURS = r"C:\ProgramData\Memurai\config\memurai-production.conf"
DATA = r"C:\ProgramData\Memurai\data"
DEFAULT = rf"{PROGRAMS}\memurai.conf"
MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
AOF = {
    r"appendonlydir\appendonly.aof.manifest": MANIFEST,
    r"appendonlydir\appendonly.aof.1.base.rdb": "base",
    r"appendonlydir\appendonly.aof.1.incr.aof": "",
}
SNAPSHOT = {"dump.rdb": "snapshot"}
# Hours of a day, at which files were written.
MORNING, NOON, LATER = 8, 12, 13


def image(configuration: str) -> str:
    return rf'"{PROGRAMS}\memurai.exe" --service-run "{configuration}"'


def at(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {rf"{folder}\{name}": content for name, content in files.items()}


class PracticeHost:
    """A host with files, one service and what its server answers; no answers: it does not run."""

    name = "lab1"
    ping = "NOAUTH Authentication required."

    def __init__(  # noqa: PLR0913  # all that a host has
        self,
        files: dict[str, str],
        image_path: str | None = None,
        *,
        info: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
        state: str | None = None,
        written: dict[str, int] | None = None,
    ) -> None:
        self.files = {path.lower(): content for path, content in files.items()}
        self.image_path, self.info, self.values = image_path, info, values
        self.state = state or ("Stopped" if info is None else "Running")
        self.written = {path.lower(): hour for path, hour in (written or {}).items()}
        self.inventory = self

    def get_host(self, _: str) -> PracticeHost:
        return self

    def entries(self, folder: str) -> dict[str, Any]:
        below = [name.removeprefix(f"{folder}\\") for name in self.files if name.startswith(f"{folder}\\")]
        kinds = {name.partition("\\")[0]: "Directory" if "\\" in name else "File" for name in below}
        entries = [{"name": name, "kind": kind} for name, kind in kinds.items()]
        return {"path": folder, "entries": entries, "is_complete": True}

    def get_fact(self, fact: type, **arguments: Any) -> Any:
        if fact is Service:
            exists = self.image_path is not None
            state = self.state if exists else None
            started = f"2026-11-20T{NOON:02}:00:00.0000000Z"
            named = {"name": "Memurai", "exists": exists, "image_path": self.image_path}
            return {**named, "state": state, "start_type": "Automatic", "process_start_time_utc": started}
        if fact is RunningServer:
            asks = bool(arguments["config_command"].unmask())
            return {"info": self.info or {}, "values": self.values or {} if asks else {}}
        if fact is Ping:
            return "PONG" if self.info else self.ping
        path = arguments["path"].replace("/", "\\").lower()
        if fact is TextFile:
            return {"content": self.files.get(path)}
        if fact is DirectoryEntries:
            return self.entries(path)
        assert fact is Item
        is_folder = any(name.startswith(f"{path}\\") for name in self.files)
        content = self.files.get(path)
        kind = "File" if content is not None else "Directory" if is_folder else "Absent"
        time = f"2026-11-20T{self.written.get(path, NOON):02}:00:00.0000000Z"
        found = {"path": arguments["path"], "kind": kind, "size_bytes": len(content or ""), "sha256": content}
        return {**found, "last_write_time_utc": None if kind == "Absent" else time}


def text(folder: str = DATA, appendonly: str = "yes", more: str = "") -> str:
    place = f'dir "{folder.replace(chr(92), "/")}"\nappendonly {appendonly}\n'
    return f"bind 127.0.0.1\n{place}requirepass secret-word\n{more}"


def running(keys: str = "keys=3,expires=0", **values: str) -> dict[str, Any]:
    asked = {"dir": DATA, "appendonly": "yes", "dbfilename": "dump.rdb", **values}
    return {"info": {"loading": "0", "used_memory": "1000", "db0": keys} if keys else {"loading": "0"}, "values": asked}


def problems(host: PracticeHost, host_data: dict[str, object], **groups: object) -> list[str]:
    data = {**host_data, **{f"memurai_{name}": value for name, value in groups.items()}}
    return present_data.problems(host, from_host_data("cache1", data))  # type: ignore[arg-type]


NONE_OF = {
    "somebody else's service": PracticeHost({}, r'"C:\Payroll\payroll.exe" --data D:\payroll'),
    "a bare host": PracticeHost({}),
    "ours, running": PracticeHost({OURS: text(), **at(DATA, AOF)}, image(OURS), **running()),
    "ours, running, without AOF as yet": PracticeHost(
        {OURS: text(appendonly="no"), **at(DATA, SNAPSHOT)}, image(OURS), **running(appendonly="no")
    ),
    "ours, stopped": PracticeHost({OURS: text(), **at(DATA, {**AOF, **SNAPSHOT})}, image(OURS)),
    "ours, starting": PracticeHost({OURS: text(), **at(DATA, AOF)}, image(OURS), state="StartPending"),
    "ours, uninstalled": PracticeHost({OURS: text(), **at(DATA, AOF)}),
    "ours, its file changed by hand": PracticeHost(
        {OURS: text(r"D:\elsewhere"), **at(DATA, AOF)}, image(OURS), **running()
    ),
    "another, running empty": PracticeHost(
        {DEFAULT: text("./", "no")}, image(DEFAULT), **running("", dir=PROGRAMS, appendonly="no")
    ),
    "another, stopped, never filled": PracticeHost({DEFAULT: text("./", "no")}, image(DEFAULT)),
    "another, stopped, in our place": PracticeHost({DEFAULT: text(), **at(DATA, AOF)}, image(DEFAULT)),
    "another, stopped, copied": PracticeHost(
        {DEFAULT: text("./"), **at(PROGRAMS, AOF), **at(DATA, AOF)}, image(DEFAULT)
    ),
    "data whose server is gone": PracticeHost(at(DATA, AOF)),
    "data beside the program and ours": PracticeHost({**at(PROGRAMS, SNAPSHOT), **at(DATA, AOF)}),
}


@pytest.mark.parametrize("host", NONE_OF.values(), ids=NONE_OF)
def test_data_that_the_new_configuration_loads_is_no_problem(host: PracticeHost, host_data: dict[str, object]) -> None:
    assert problems(host, host_data) == []


AN_EARLIER_AOF = {rf"{DATA}\{name}": MORNING for name in AOF}
DISABLED = 'rename-command CONFIG ""\n'
FUNCTIONS = {"info": {"loading": "0", "number_of_libraries": "1"}}
OTHER = {r"appendonlydir\appendonly.aof.manifest": MANIFEST.replace("1.incr", "2.incr")}
REFUSED = {
    "another, running": (
        PracticeHost({DEFAULT: text("./", "no")}, image(DEFAULT), **running(dir=PROGRAMS, appendonly="no")),
        ["3 keys", f"in {PROGRAMS} ", "CLIENT PAUSE 600000 WRITE", "SAVE", "Stop-Service -Name 'Memurai'", "Copy-Item"],
    ),
    "another, running with functions only": (
        PracticeHost(
            {DEFAULT: text("./", "no")},
            image(DEFAULT),
            **{**running(dir=PROGRAMS, appendonly="no"), **FUNCTIONS},
        ),
        ["0 keys", "SAVE"],
    ),
    "ours, running without CONFIG, with keys beyond the databases of its file": (
        PracticeHost(
            {OURS: text(more=DISABLED), **at(DATA, AOF)},
            image(OURS),
            info={"loading": "0", "aof_enabled": "1", "db20": "keys=1,expires=0"},
        ),
        ["databases that go (16 to 20), found db20: 1 keys", 'set "databases": 21'],
    ),
    "another, running in our place": (
        PracticeHost({DEFAULT: text(), **at(DATA, AOF)}, image(DEFAULT), **running()),
        [
            "3 keys",
            "CLIENT PAUSE 600000 WRITE\n      3. On the host: Stop-Service -Name 'Memurai'\n      4. On the host: Rem",
        ],
    ),
    "another, loading": (
        PracticeHost(
            {DEFAULT: text("./"), **at(PROGRAMS, AOF)},
            image(DEFAULT),
            info={"loading": "1"},
            values={"dir": PROGRAMS, "appendonly": "yes"},
        ),
        ["0 keys", "Stop-Service"],
    ),
    "another, stopped": (
        PracticeHost({DEFAULT: text("./"), **at(PROGRAMS, AOF)}, image(DEFAULT)),
        [rf"Copy-Item -LiteralPath '{PROGRAMS}\appendonlydir' -Destination '{DATA}\appendonlydir' -Recurse"],
    ),
    "another, stopped, copied in part": (
        PracticeHost(
            {DEFAULT: text("./"), **at(PROGRAMS, AOF), **at(DATA, {name: AOF[name] for name in list(AOF)[:2]})},
            image(DEFAULT),
        ),
        ["there is other data", rf"Rename-Item -LiteralPath '{DATA}\appendonlydir' -NewName 'appendonlydir.other'"],
    ),
    "another, stopped, beside other data": (
        PracticeHost({DEFAULT: text("./"), **at(PROGRAMS, AOF), **at(DATA, OTHER)}, image(DEFAULT)),
        ["if that is what is wanted, give its own files other names"],
    ),
    "another, stopped, started again after the copy": (
        PracticeHost({DEFAULT: text("./"), **at(PROGRAMS, AOF), **at(DATA, AOF)}, image(DEFAULT), state="StartPending"),
        ["expected the new configuration to load", "1. On the host: Stop-Service -Name 'Memurai'"],
    ),
    "an AOF of another name": (
        PracticeHost(
            {
                DEFAULT: text("./", more="appendfilename other.aof\n"),
                **at(PROGRAMS, {name.replace("only.aof.m", "x"): "" for name in AOF}),
                rf"{PROGRAMS}\appendonlydir\other.aof.manifest": MANIFEST,
            },
            image(DEFAULT),
        ),
        ['set "appendfilename": "other.aof" in memurai_persistence'],
    ),
    "an AOF as earlier versions had it": (
        PracticeHost({DEFAULT: text("./"), **at(PROGRAMS, {"appendonly.aof": "old"})}, image(DEFAULT)),
        [rf"Copy-Item -LiteralPath '{PROGRAMS}\appendonly.aof' -Destination '{DATA}\appendonly.aof'" + "\n"],
    ),
    "ours, stopped, an AOF older than the snapshot": (
        PracticeHost({OURS: text(appendonly="no"), **at(DATA, {**AOF, **SNAPSHOT})}, image(OURS)),
        ['1. On this machine: set "appendonly": False', "2. On this machine: deploy", 'take "appendonly"'],
    ),
    "ours, stopped, a snapshot that is newer than the AOF": (
        PracticeHost(
            {OURS: text(), **at(DATA, {**AOF, **SNAPSHOT})}, image(OURS), written={rf"{DATA}\dump.rdb": LATER}
        ),
        [
            rf"{DATA}\appendonlydir (92 bytes, written last at 2026-11-20T12:00:00Z)",
            rf"{DATA}\dump.rdb (8 bytes, written last at 2026-11-20T13:00:00Z)",
            f"For a start without it, on the host: Rename-Item -LiteralPath '{DATA}\\appendonlydir' -NewName",
            f"For the append-only file, on the host: Rename-Item -LiteralPath '{DATA}\\dump.rdb' -NewName",
        ],
    ),
    "ours, stopped, a snapshot with more than the AOF": (
        PracticeHost({OURS: text(), **at(DATA, {**AOF, "dump.rdb": "x" * 1000})}, image(OURS), written=AN_EARLIER_AOF),
        ["the snapshot newer", "dump.rdb (1000 bytes"],
    ),
    "ours, stopped, an AOF that is newer than the snapshot, but is not named": (
        PracticeHost(
            {OURS: text(appendonly="no"), **at(DATA, {**AOF, **SNAPSHOT})},
            image(OURS),
            written={rf"{DATA}\dump.rdb": MORNING},
        ),
        ["expected the snapshot, which the configuration", "found the append-only file newer"],
    ),
    "another, stopped, a snapshot that is newer than the AOF": (
        PracticeHost(
            {DEFAULT: text("./"), **at(PROGRAMS, {**AOF, **SNAPSHOT})},
            image(DEFAULT),
            written={rf"{PROGRAMS}\dump.rdb": LATER},
        ),
        ["the snapshot newer", PROGRAMS],
    ),
    "data whose server is gone, a snapshot that is newer than the AOF": (
        PracticeHost(at(DATA, {**AOF, **SNAPSHOT}), written={rf"{DATA}\dump.rdb": LATER}),
        ["which memurai_persistence.appendonly names", "the snapshot newer"],
    ),
    "data beside the program whose server is gone, a snapshot that is newer than the AOF": (
        PracticeHost(at(PROGRAMS, {**AOF, **SNAPSHOT}), written={rf"{PROGRAMS}\dump.rdb": LATER}),
        ["the snapshot newer", PROGRAMS],
    ),
    "ours, stopped, only a snapshot": (
        PracticeHost({OURS: text(), **at(DATA, SNAPSHOT)}, image(OURS)),
        ['set "appendonly": False in memurai_persistence'],
    ),
    "a snapshot whose server is gone": (
        PracticeHost(at(DATA, SNAPSHOT)),
        ["overwrite the snapshot", 'set "appendonly": False in memurai_persistence'],
    ),
    "data beside the program whose server is gone": (
        PracticeHost(at(PROGRAMS, SNAPSHOT)),
        [rf"found {PROGRAMS}\dump.rdb of an earlier server", "Copy-Item", 'set "appendonly": False'],
    ),
    "running elsewhere than its file says": (
        PracticeHost({OURS: text(), **at(r"D:\x", AOF)}, image(OURS), **running(dir=r"D:\x")),
        ["CONFIG REWRITE", "than its configuration says"],
    ),
    "an AOF that is not where the server is": (
        PracticeHost({OURS: text(r"D:\x")}, image(OURS), **running(dir=r"D:\x")),
        [r"is not in D:\x", "BGREWRITEAOF"],
    ),
}


@pytest.mark.parametrize(("host", "expected"), REFUSED.values(), ids=REFUSED)
def test_data_that_the_new_configuration_would_not_load_is_refused(
    host: PracticeHost, expected: list[str], host_data: dict[str, object]
) -> None:
    (problem,) = problems(host, host_data)
    for words in expected:
        assert words in f"{problem}\n"
    assert "secret-word" not in problem


UNKNOWN = {
    "ours without CONFIG, whose file was written after its start": (
        PracticeHost(
            {OURS: text(r"D:\x", more=DISABLED), **at(DATA, AOF)}, image(OURS), written={OURS: LATER}, **running()
        ),
        [
            "CONFIG disabled",
            "written at 2026-11-20T13:00:00.0000000Z, after its start at 2026-11-20T12:00:00",
            "history",
        ],
    ),
    "another without CONFIG, whose file was written after its start": (
        PracticeHost({DEFAULT: text(more=DISABLED)}, image(DEFAULT), written={DEFAULT: LATER}, **running()),
        ["CONFIG disabled", f"(Get-Item -LiteralPath '{DEFAULT}').LastWriteTimeUtc = "],
    ),
    "a service that stops": (
        PracticeHost({OURS: text(), **at(DATA, AOF)}, image(OURS), state="StopPending"),
        ["found the service StopPending. Wait"],
    ),
    "no configuration": (PracticeHost({}, image(OURS)), [OURS, "is missing", "history"]),
    "a configuration that can't be read": (PracticeHost({DEFAULT: 'bind "x'}, image(DEFAULT)), [DEFAULT, "line 1"]),
    "a port that is none": (PracticeHost({DEFAULT: "port x\n"}, image(DEFAULT)), [DEFAULT, "port"]),
    "no command line": (
        PracticeHost({OURS: text()}, rf"{PROGRAMS}\memurai.exe"),
        ["--service-run", "found no configuration (*.conf)"],
    ),
    "a Sentinel": (PracticeHost({OURS: text()}, f"{image(OURS)} --sentinel"), ["a Sentinel"]),
    "a password that is not ours": (
        PracticeHost({OURS: text()}, image(OURS), info={}),
        [OURS, "NOAUTH", "Write into that file what the server runs with"],
    ),
    "another name of CONFIG": (PracticeHost({OURS: text()}, image(OURS), info={"loading": "0"}), ["CONFIG GET"]),
    "an included file that is missing": (
        PracticeHost({OURS: text(more="include C:/other.conf\n")}, image(OURS)),
        ["an include"],
    ),
}


@pytest.mark.parametrize(("host", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_can_not_be_known_is_refused_and_never_guessed(
    host: PracticeHost, expected: list[str], host_data: dict[str, object]
) -> None:
    (problem,) = problems(host, host_data)
    for words in (*expected, "othing was changed"):
        assert words in problem
    assert "secret-word" not in problem


def test_an_included_file_counts(host_data: dict[str, object]) -> None:
    files = {DEFAULT: "include C:/other.conf\n", r"C:\other.conf": text(r"D:\x"), **at(r"D:\x", AOF)}
    (problem,) = problems(PracticeHost(files, image(DEFAULT)), host_data)
    assert r"D:\x\appendonlydir" in problem


def test_the_words_say_how_the_server_is_asked(host_data: dict[str, object]) -> None:
    more = "tls-port 6380\ntls-ca-cert-file C:/ca.crt\naclfile C:/users.acl\nrename-command SAVE x\n"
    host = PracticeHost({DEFAULT: text("./", "no", more)}, image(DEFAULT), **running(dir=PROGRAMS, appendonly="no"))
    (problem,) = problems(host, host_data)
    assert (
        rf"& '{PROGRAMS}\memurai-cli.exe' -h 127.0.0.1 -p 6380 --user administrator --tls --cacert 'C:/ca.crt' SAVE"
        in (problem)
    )
    assert "renames or disables SAVE" in problem


def test_data_in_a_folder_that_gets_other_access_needs_another_base(host_data: dict[str, object]) -> None:
    base = r"C:\ProgramData\Memurai"
    (problem,) = problems(PracticeHost({DEFAULT: text(base), **at(base, AOF)}, image(DEFAULT)), host_data)
    assert 'set "base": "C:/ProgramData/Memurai-production" in memurai_storage' in problem


@pytest.mark.parametrize("appendonly", [False, True], ids=["not wanted", "wanted"])
def test_an_append_only_file_that_nothing_names_any_more_is_not_left_behind(
    host_data: dict[str, object], appendonly: bool
) -> None:
    written = {r"appendonlydir\appendonly.aof.1.incr.aof": "x" * 1000}
    host = PracticeHost({OURS: text(appendonly="no"), **at(DATA, {**AOF, **written})}, image(OURS))
    (problem,) = problems(host, host_data, persistence={"appendonly": appendonly})
    assert "no snapshot beside it: the server would start empty" in problem
    assert f"For the append-only file, on the host: write appendonly yes into {OURS}; then deploy again" in problem


@pytest.mark.parametrize(("folder", "refused"), [(DATA, False), (r"D:\x", True)])
def test_a_server_whose_certificates_the_deploy_mends_counts_by_its_file(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, refused: bool
) -> None:
    """Its data stays where it is; the operation that changes its configuration asks it again."""
    host = PracticeHost({OURS: text(folder), **at(folder, AOF)}, image(OURS), info={}, state="Running")
    monkeypatch.setattr(host, "ping", "Could not negotiate a TLS connection: Failed to load CA Certificate")
    files = {name: str(tmp_path / name) for name in ("ca", "certificate", "key")}
    found = problems(host, host_data, tls={"enabled": True, **files})
    assert [problem.partition(",")[0] for problem in found] == (
        ["service Memurai: expected to know where its server has its data"] if refused else []
    )


@pytest.mark.parametrize(
    ("filed", "values"),
    [
        ({"appendonly": "no"}, {}),
        ({}, {"appendonly": "no"}),
        ({"folder": r"D:\x"}, {}),
        ({"more": "appendfilename x.aof\n"}, {}),
        ({"more": "databases 8\n"}, {}),
        ({"more": "maxmemory 16mb\n"}, {"maxmemory": "0"}),
    ],
)
def test_a_server_that_runs_with_another_place_or_limit_than_its_file_is_not_stopped(
    host_data: dict[str, object], filed: dict[str, str], values: dict[str, str]
) -> None:
    asked = running(**{"appendfilename": "appendonly.aof", "databases": "16", **values})
    host = PracticeHost({OURS: text(**filed), **at(DATA, AOF)}, image(OURS), **asked)
    settings = from_host_data("cache1", host_data)
    (problem,) = present_data.stop_problems(host, settings)  # type: ignore[arg-type]
    assert "found a difference: its next start would not load its data" in problem
    assert "1. On this machine: run tasks/configure.py for the host" in problem
    present_data.configured(host)  # type: ignore[arg-type]
    assert present_data.stop_problems(host, settings) == []  # type: ignore[arg-type]


def test_a_server_that_runs_with_what_its_file_says_may_be_stopped(host_data: dict[str, object]) -> None:
    host = PracticeHost({OURS: text(), **at(DATA, AOF)}, image(OURS), **running())
    assert present_data.stop_problems(host, from_host_data("cache1", host_data)) == []  # type: ignore[arg-type]
