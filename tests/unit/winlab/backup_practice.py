"""A practice host whose server is backed up, for the tests of backup, rehearsal and restore."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
from windows_practice import ADDRESS, CLI, PORT, grant, wait_until

from memurai.jobs import BACKUP_METRICS
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.windows.machine import Machine

DATA = "C:\\ProgramData\\Memurai\\data"
BACKUPS = "C:\\Backups\\Redis"
JOBS = "C:\\ProgramData\\Memurai\\jobs"
METRICS = "C:\\metrics"
SETTINGS = f"{JOBS}\\backup.json"
SECRET = f"{JOBS}\\backup.secret"
PROGRAM = "C:/Program Files/Memurai/memurai.exe"
CHECK = "C:/Program Files/Memurai/memurai-check-rdb.exe"
SCRATCH = "C:\\Windows\\Temp\\rehearsal"
REHEARSAL_PORT = 6399
PASSWORD, JOB_PASSWORD = "canary-password", "canary-job"
PROTECTED = f"requirepass {PASSWORD}"
JOB_RULES = f"user backup on >{JOB_PASSWORD} resetkeys resetchannels -@all +info +bgsave"
NAME = re.compile(r"\d{8}T\d{6}Z")


def prepare(machine: Machine, **settings: Any) -> None:
    """Make the folders of the job and write its settings and its secret."""
    for folder in (BACKUPS, JOBS, METRICS):
        machine.files.make_directory(folder)
        grant(machine, folder)
    values = {
        "CliPath": CLI,
        "CheckPath": CHECK,
        "ProgramPath": PROGRAM,
        "Address": ADDRESS,
        "Port": PORT,
        "User": "backup",
        "TlsCaFile": "",
        "TlsCertFile": "",
        "TlsKeyFile": "",
        "SecretPath": SECRET,
        "DataFolder": DATA.replace("\\", "/"),
        "SnapshotName": "dump.rdb",
        "AppendOnlyFolder": "appendonlydir",
        "BackupFolder": BACKUPS.replace("\\", "/"),
        "IncludeAppendOnly": False,
        "KeepDays": 7,
        "KeepAtLeast": 3,
        "KeepAtMost": 30,
        "CopyTo": None,
        "Rehearse": "each",
        "RehearsalPort": REHEARSAL_PORT,
        "ServiceName": "Memurai",
        "MetricsFolder": METRICS,
        "Metrics": BACKUP_METRICS,
        "EventSource": "MemuraiProduction",
        **settings,
    }
    machine.files.write_bytes(SETTINGS, json.dumps(values).encode())
    machine.files.write_bytes(SECRET, f"{JOB_PASSWORD}\n".encode())


def change(machine: Machine, **settings: Any) -> None:
    """Change some settings of the job."""
    values = json.loads(machine.files.read_bytes(SETTINGS))
    machine.files.write_bytes(SETTINGS, json.dumps({**values, **settings}).encode())


def back_up(machine: Machine) -> dict[str, Any]:
    """Run the job; its answer holds no secret and nothing temporary is left."""
    result = invoke(FUNCTIONS["Invoke-MemuraiBackup"], machine, {"SettingsPath": SETTINGS})
    assert "canary" not in str(result)
    assert str(machine.root) not in str(result)
    return result


def stored(machine: Machine) -> dict[str, Any]:
    """Return what Get-MemuraiBackup says."""
    return invoke(FUNCTIONS["Get-MemuraiBackup"], machine, {"BackupFolder": BACKUPS})


def names(machine: Machine) -> list[str]:
    """Return the names of the backups, newest first, by the folder itself."""
    return sorted(filter(NAME.fullmatch, machine.files.names(BACKUPS)), reverse=True)


def rehearse(machine: Machine, name: str, **parameters: Any) -> dict[str, Any]:
    """Rehearse a backup."""
    given = {
        "BackupFolder": BACKUPS,
        "Name": name,
        "ProgramPath": PROGRAM,
        "CheckPath": CHECK,
        "CliPath": CLI,
        "RehearsalPort": REHEARSAL_PORT,
        "ScratchFolder": SCRATCH,
        **parameters,
    }
    return invoke(FUNCTIONS["Test-MemuraiBackup"], machine, given)


def checked(machine: Machine, name: str) -> dict[str, Any]:
    """Have a backup checked as it is before it is restored."""
    given = {
        "BackupFolder": BACKUPS,
        "Name": name,
        "Sha256": machine.files.sha256(f"{BACKUPS}\\{name}\\manifest.json"),
        "CheckPath": CHECK,
    }
    return invoke(FUNCTIONS["Assert-MemuraiBackup"], machine, given)


def check_refused(machine: Machine, name: str) -> str:
    """Return why a backup may not be restored."""
    with pytest.raises(TwinError) as error:
        checked(machine, name)
    return str(error.value)


def ask(*words: str, password: str = PASSWORD, database: int = 0) -> str:
    """Return what the server answers."""
    done = subprocess.run(
        ["redis-cli", "-h", ADDRESS, "-p", str(PORT), "-n", str(database), "--no-auth-warning", "-a", password, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def fill(keys: int, size: int = 10, prefix: str = "key") -> None:
    """Give the server keys with values of a size in bytes."""
    script = f"for i=1,{keys} do redis.call('SET', '{prefix}'..i, string.rep('x', {size})..i) end"
    assert ask("EVAL", script, "0") == ""


def wait_for(field: str) -> None:
    """Wait until INFO says something."""
    wait_until(lambda: field in ask("INFO"), 20)


def events(machine: Machine) -> list[int]:
    """Return the ids of what the project wrote into the event log."""
    return [event.event_id for event in machine.events.find(source="MemuraiProduction")]


def metrics(machine: Machine) -> dict[str, float]:
    """Return the metrics of the job."""
    text = machine.files.read_bytes(f"{METRICS}\\memurai-backup-Memurai.prom").decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}


def last_run(machine: Machine) -> dict[str, Any]:
    """Return the record of the last run."""
    found: dict[str, Any] = stored(machine)["LastRun"]
    return found


def damage(machine: Machine, path: str, offset: int) -> None:
    """Change one byte of a file."""
    content = bytearray(machine.files.read_bytes(path))
    content[offset] ^= 0x01
    machine.files.write_bytes(path, bytes(content))


def require_clean(machine: Machine) -> None:
    """Require that no folder, process or port of a run is left."""
    assert [name for name in machine.files.names(BACKUPS) if name.endswith((".partial", ".new"))] == []
    assert machine.files.kind(SCRATCH) == "Absent"
    assert machine.network.listeners(REHEARSAL_PORT) == []
    assert not list((machine.root / "output").glob("rehearsal*"))
