"""Backups of a real server: taken by the host's own task, proven, restored, and refused when they are damaged."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from backup_times import in_days, name_of, retaken
from lab_practice import CANARY, Practice, Run, snapshot, wait_until

from winlab.twin.functions.services import set_win_service, start_win_service, stop_win_service
from winlab.windows.machine import Machine

BACKUPS = "Backups/Redis"
JOBS = "ProgramData/Memurai/jobs"
METRICS = "Program Files/windows_exporter/textfile_inputs"
KEYS_A_BATCH = 100
BATCH_SECONDS = 0.05


def client(machine: Machine) -> redis.Redis:
    return redis.Redis(host=machine.address, password=CANARY, decode_responses=True)


def run(practice: Practice, task: str, *options: str, inventory: str = "inventories/lab.py") -> Run:
    return practice.run("pyinfra", inventory, f"tasks/{task}.py", "-y", "--json", *options)


def backups(machine: Machine) -> list[Path]:
    """Return the folders of the backups, the newest first."""
    folder = machine.root / "C:" / BACKUPS
    return sorted((path for path in folder.iterdir() if (path / "manifest.json").is_file()), reverse=True)


def newest(machine: Machine) -> Path:
    """Return the folder of the newest backup."""
    return backups(machine)[0]


@contextmanager
def of_the_future(machine: Machine, number: int = 1) -> Iterator[list[str]]:
    """Have backups that were taken while the host's clock was a year ahead, and yield their names."""
    source = newest(machine)
    files = {path.name: path.read_bytes() for path in source.iterdir()}
    added = []
    for day in range(number):
        time = in_days(365 + day)
        folder = source.with_name(name_of(time))
        folder.mkdir()
        for name, content in retaken(files, time).items():
            (folder / name).write_bytes(content)
        added.append(folder)
    try:
        yield [folder.name for folder in added]
    finally:
        for folder in added:
            shutil.rmtree(folder)


def manifest(backup: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((backup / "manifest.json").read_text())
    return found


def is_sound(backup: Path) -> bool:
    checked = subprocess.run(["redis-check-rdb", backup / "dump.rdb"], capture_output=True, check=False, timeout=60)
    return checked.returncode == 0


def empty(machine: Machine) -> None:
    """Remove every key, as somebody with the wrong window open would."""
    with client(machine) as connection:
        for key in connection.scan_iter(count=1000):
            connection.unlink(key)
        assert connection.dbsize() == 0


def metrics(machine: Machine, job: str) -> dict[str, float]:
    path = machine.root / "C:" / METRICS / f"memurai-{job}-Memurai.prom"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.fixture
def machine(deployed: Practice) -> Machine:
    deployed.machine.files.make_directory(f"C:/{METRICS}")
    return deployed.machine


@contextmanager
def writing(machine: Machine) -> Iterator[None]:
    """Write 2,000 keys a second; fail at the end when a write failed."""
    stop, failures, written = threading.Event(), [], []

    def write() -> None:
        with client(machine) as connection:
            while not stop.is_set():
                first = len(written) * KEYS_A_BATCH
                try:
                    connection.mset({f"key:{number}": number for number in range(first, first + KEYS_A_BATCH)})
                except redis.RedisError as error:
                    failures.append(repr(error))
                written.append(first)
                stop.wait(BATCH_SECONDS)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: len(written) > 1, "first writes")
        yield
    finally:
        stop.set()
        writer.join()
    assert not failures, failures[:3]


def test_a_deploy_leaves_a_proven_backup(deployed: Practice, machine: Machine) -> None:
    backup = newest(machine)
    assert is_sound(backup)
    assert json.loads((backup / "rehearsal.json").read_text())["Ok"] is True
    last = machine.tasks.get("Memurai-backup").last_run
    assert last is not None
    assert last.result == 0
    again = deployed.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


@pytest.mark.judged
@pytest.mark.parametrize("append_only", [True, False])
def test_every_key_of_a_backup_comes_back(deployed: Practice, machine: Machine, append_only: bool) -> None:
    inventory = deployed.inventory(lab1={"memurai_persistence": {"appendonly": append_only}})
    changed = deployed.deploy("--json", inventory=inventory)
    assert changed.exit_code == 0, changed.output
    before = newest(machine).name
    with writing(machine):
        taken = run(deployed, "backup", inventory=inventory)
        assert taken.exit_code == 0, taken.output
    backup = newest(machine)
    assert backup.name > before
    assert is_sound(backup)
    keys = manifest(backup)["Keys"]
    assert isinstance(keys, int)
    assert keys > KEYS_A_BATCH
    empty(machine)
    planned = deployed.run("pyinfra", inventory, "tasks/restore.py", "--dry", "--diff")
    assert planned.exit_code == 0, planned.output
    assert f"+ {backup.name} ({keys} keys" in planned.output
    with client(machine) as connection:
        assert connection.dbsize() == 0
    for _ in range(2):
        restored = run(deployed, "restore", "--data", f"backup={backup.name}", inventory=inventory)
        assert restored.exit_code == 0, restored.output
        with client(machine) as connection:
            assert connection.dbsize() == keys
            assert connection.info("persistence")["aof_enabled"] == int(append_only)
            assert connection.get("key:0") == "0"
    assert len(list((machine.root / "C:/ProgramData/Memurai").glob("data-before-restore-*/dump.rdb"))) >= 1
    verified = run(deployed, "verify", inventory=inventory)
    assert verified.exit_code == 0, verified.output
    assert deployed.deploy().exit_code == 0


def test_a_damaged_backup_is_refused_by_name_and_a_good_one_offered(deployed: Practice, machine: Machine) -> None:
    good = newest(machine).name
    with client(machine) as connection:
        connection.set("after", "the good one")
    assert run(deployed, "backup").exit_code == 0
    damaged = newest(machine)
    assert damaged.name > good
    dump = damaged / "dump.rdb"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    process = machine.services.get("Memurai").process_id
    refused = run(deployed, "restore", "--data", f"backup={damaged.name}")
    assert refused.exit_code == 1
    assert damaged.name in refused.output
    assert good in refused.output
    assert machine.services.get("Memurai").process_id == process
    with client(machine) as connection:
        assert connection.get("after") == "the good one"
    dump.write_bytes(
        bytes(content[: len(content) // 2])
        + bytes([content[len(content) // 2] ^ 1])
        + bytes(content[len(content) // 2 + 1 :])
    )
    assert is_sound(damaged)


def test_a_restore_says_which_newer_backups_it_passes_over(deployed: Practice, machine: Machine) -> None:
    """What was written since the older one is lost: that must not happen without a word."""
    made, when = newest(machine).name, in_days(0.5)
    damaged = newest(machine).with_name(name_of(when))
    damaged.mkdir()
    (damaged / "manifest.json").write_text("{")
    planned = deployed.run("pyinfra", "inventories/lab.py", "tasks/restore.py", "--dry", "--diff")
    shutil.rmtree(damaged)
    assert f"+ {made} (" in planned.output, planned.output
    assert planned.output.count(f"passed over a newer backup that can't be used: {damaged.name}: ") == 1
    without = deployed.run("pyinfra", "inventories/lab.py", "tasks/restore.py", "--dry", "--diff")
    assert "passed over" not in without.output


def test_a_restore_that_was_interrupted_is_told_and_completed(deployed: Practice, machine: Machine) -> None:
    """It was killed between its two moves: the server's data is aside, and the service would start empty."""
    data, aside = "C:/ProgramData/Memurai/data", "C:/ProgramData/Memurai/data-before-restore-20000101T000000Z"
    set_win_service(machine, name="Memurai", start_type="Disabled")
    stop_win_service(machine, name="Memurai", timeout_seconds=60)
    machine.files.make_directory(f"{data}/restore.partial")
    machine.files.make_directory(aside)
    for name in ("dump.rdb", "appendonlydir"):
        machine.files.move(f"{data}/{name}", f"{aside}/{name}")
    for refused in (deployed.deploy(), run(deployed, "service")):
        assert refused.exit_code == 1, refused.output
        assert "a restore was interrupted" in refused.output
        assert machine.services.get("Memurai").state == "Stopped"
    keys = manifest(newest(machine))["Keys"]
    completed = run(deployed, "restore")
    assert completed.exit_code == 0, completed.output
    with client(machine) as connection:
        assert connection.dbsize() == keys
    assert machine.services.get("Memurai").settings.start_type == "Automatic"
    assert sorted(machine.files.names(aside)) == ["appendonlydir", "dump.rdb"]
    assert deployed.deploy().exit_code == 0


def test_a_backup_that_is_not_there_is_refused_with_those_that_are(deployed: Practice, machine: Machine) -> None:
    refused = run(deployed, "restore", "--data", "backup=20000101T000000Z")
    assert refused.exit_code == 1
    assert f"  {newest(machine).name} (" in refused.output


def test_a_backup_of_a_stopped_server_fails_and_the_next_one_is_clean(deployed: Practice, machine: Machine) -> None:
    before = newest(machine).name
    stop_win_service(machine, name="Memurai", timeout_seconds=60)
    failed = run(deployed, "backup")
    assert failed.exit_code == 1
    assert newest(machine).name == before
    assert not list((machine.root / "C:" / BACKUPS).glob("*.partial"))
    assert machine.events.find(source="MemuraiProduction", event_id=1001)
    assert metrics(machine, "backup")["memurai_backup_last_exit_code"] == 1
    start_win_service(machine, name="Memurai", timeout_seconds=60)
    wait_until(lambda: deployed.ask("PING") == "OK", "the server to answer")
    clean = run(deployed, "backup")
    assert clean.exit_code == 0, clean.output
    found = metrics(machine, "backup")
    assert (found["memurai_backup_last_exit_code"], found["memurai_rehearsal_last_ok"]) == (0, 1)


def test_a_backup_of_the_future_alone_is_no_recent_one(deployed: Practice, machine: Machine, tmp_path: Path) -> None:
    with of_the_future(machine) as (future,):
        others = [path for path in backups(machine) if path.name != future]
        for path in others:
            path.rename(tmp_path / path.name)
        try:
            code = machine.tasks.run("Memurai-health")
            planned = deployed.plan()
            verified = deployed.run("pytest", "tests/verify/test_jobs.py", "--inventory", "inventories/lab.py", "-q")
        finally:
            for path in others:
                (tmp_path / path.name).rename(path)
    assert code == 1
    # It does not stand for the first backup either, which a deploy takes to know that backups can be taken.
    assert "+ a new one, taken now by the task Memurai-backup" in planned.output, planned.output
    event = machine.events.find(source="MemuraiProduction", event_id=1022)[-1]
    assert f"[FAIL] backup: there is none, and of the future: {future} (the clock was wrong, or is)" in event.message
    assert f"[WARN] rehearsal: there was none, and of the future: {future}" in event.message
    assert verified.exit_code == 1
    assert f"{future}: Expected a backup that was taken before now" in verified.output
    assert machine.tasks.run("Memurai-health") == 0


def test_a_restore_takes_a_backup_of_the_future_only_by_its_name(deployed: Practice, machine: Machine) -> None:
    with of_the_future(machine) as (future,):
        taken = run(deployed, "backup")
        assert taken.exit_code == 0, taken.output
        assert "taken in the future: the clock was wrong, or is" in taken.output
        made = backups(machine)[1].name
        planned = deployed.run("pyinfra", "inventories/lab.py", "tasks/restore.py", "--dry", "--diff")
        assert f"+ {made} (" in planned.output, planned.output
        assert f"passed over a newer backup: {future} (" in planned.output
        options = ("--dry", "--diff", "--data", f"backup={future}")
        named = deployed.run("pyinfra", "inventories/lab.py", "tasks/restore.py", *options)
        assert f"+ {future} (" in named.output, named.output
        assert "TAKEN IN THE FUTURE" in named.output


def test_a_run_never_removes_its_own_backup(deployed: Practice, machine: Machine) -> None:
    inventory = deployed.inventory(lab1={"memurai_backup": {"keep_at_most": 3, "keep_at_least": 1}})
    assert deployed.deploy(inventory=inventory).exit_code == 0
    with of_the_future(machine, 3) as futures:
        for _ in range(4):
            taken = run(deployed, "backup", inventory=inventory)
            assert taken.exit_code == 0, taken.output
        left = [path.name for path in backups(machine)]
        last = json.loads((machine.root / "C:" / BACKUPS / "last-run.json").read_text())
    assert (left[:3], len(left)) == (sorted(futures, reverse=True), 6)
    assert (last["ExitCode"], last["Backup"]) == (0, left[3])
    assert deployed.deploy().exit_code == 0


def test_a_plan_takes_no_backup(deployed: Practice, machine: Machine) -> None:
    before = snapshot(machine)
    planned = deployed.run("pyinfra", "inventories/lab.py", "tasks/backup.py", "--dry", "--diff")
    assert planned.exit_code == 0, planned.output
    assert "+ a new one, taken now" in planned.output
    folders = (BACKUPS, JOBS)
    changed = [name for name, state in snapshot(machine).items() if before.get(name) != state]
    assert [name for name in changed if name.startswith(folders)] == []


def test_the_health_of_the_host_is_checked(machine: Machine) -> None:
    done = machine.tasks.run("Memurai-health")
    assert done == 0, [event.message for event in machine.events.find(source="MemuraiProduction")[-1:]]
    found = metrics(machine, "health")
    assert (found["memurai_up"], found["memurai_health_status"]) == (1, 0)


def test_a_health_check_that_comes_between_functions_and_settings_fails_and_the_next_one_is_well(
    deployed: Practice, machine: Machine
) -> None:
    path = machine.root / "C:" / JOBS / "health.json"
    former = json.loads(path.read_text())
    del former["Checks"]
    path.write_text(json.dumps(former))
    before = metrics(machine, "health")
    assert machine.tasks.run("Memurai-health") == 1
    assert metrics(machine, "health") == before
    mended = deployed.deploy("--json")
    assert (mended.exit_code, mended.changed) == (0, ["Settings: health"]), mended.output
    assert machine.tasks.run("Memurai-health") == 0


def test_what_was_changed_by_hand_is_shown_and_mended(deployed: Practice, machine: Machine) -> None:
    script = machine.root / "C:" / JOBS / "backup.ps1"
    script.write_text("exit 0\n")
    machine.tasks.unregister("Memurai-health")
    planned = deployed.plan()
    assert "- exit 0" in planned.output
    assert "scheduled task Memurai-health" in planned.output
    mended = deployed.deploy("--json")
    assert mended.exit_code == 0, mended.output
    assert mended.changed == ["Script: backup", "Scheduled task: health"]


def test_without_backups_there_is_no_task_and_no_password(deployed: Practice, machine: Machine) -> None:
    inventory = deployed.inventory(lab1={"memurai_backup": {"enabled": False}})
    for expected in (["No scheduled task: backup", "No password: backup", "Settings: health"], []):
        done = deployed.deploy("--json", inventory=inventory)
        assert (done.exit_code, sorted(done.changed)) == (0, sorted(expected)), done.output
    assert not (machine.root / "C:" / JOBS / "backup.secret").exists()
    refused = run(deployed, "backup", inventory=inventory)
    assert refused.exit_code == 1
    assert "memurai_backup.enabled = True" in refused.output
    assert deployed.deploy().exit_code == 0


def test_no_secret_is_shown_or_written_where_it_does_not_belong(deployed: Practice, machine: Machine) -> None:
    assert CANARY not in "".join(deployed.outputs)
    drive = machine.root / "C:"
    holding = {path.relative_to(drive).as_posix() for path in drive.rglob("*") if is_holding(path)}
    config = "ProgramData/Memurai/config"
    assert {name for name in holding if not name.startswith(f"{config}/")} == {
        f"{JOBS}/backup.secret",
        f"{JOBS}/health.secret",
    }


def is_holding(path: Path) -> bool:
    return path.is_file() and CANARY.encode() in path.read_bytes()
