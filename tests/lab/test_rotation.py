"""The password changes while clients write: with the old one, with the new one, and through a restart between."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from lab_practice import BIN, CONFIG_COMMAND, PROJECT, WAIT_SECONDS, Practice, Run, snapshot, wait_until
from redis.backoff import NoBackoff
from redis.retry import Retry

from winlab.twin.functions.services import restart_win_service
from winlab.windows.machine import Machine

CONFIG = "ProgramData/Memurai/config"
FILE = f"{CONFIG}/memurai-production.conf"
TRIAL = "ProgramData/Memurai/trial"
JOURNAL = f"{CONFIG}/changes/journal"
TASK = ("pyinfra", "inventories/lab.py", "tasks/rotate_password.py")
JOBS = "ProgramData/Memurai/jobs"
JOB_PASSWORDS = ("Password of the job backup", "Password of the job health")
CONFIGURE = ("pyinfra", "inventories/lab.py", "tasks/configure.py", "-y", "--json")
LOUD = ("-vvv", "--debug", "--diff")
DROP_OLD = ("--data", "drop_password=old")
DROP_NEW = ("--data", "drop_password=new")


@dataclass(frozen=True)
class Rotation:
    """A deployed host, the password it has when a test begins, and the next one."""

    practice: Practice
    old: str
    new: str

    @property
    def machine(self) -> Machine:
        return self.practice.machine

    @property
    def drive(self) -> Path:
        return self.machine.root / "C:"

    def run(self, *command: str, password: str | None = None) -> Run:
        """Run a command where the settings' source gives the new password, or another one."""
        return self.practice.run(*command, environment={"MEMURAI_LAB_PASSWORD": password or self.new})

    def rotate(self, *options: str, password: str | None = None) -> Run:
        return self.run(*TASK, "-y", "--json", *options, password=password)

    def client(self, password: str) -> redis.Redis:
        return redis.Redis(host=self.machine.address, password=password, retry=Retry(NoBackoff(), 0))

    @property
    def working(self) -> list[str]:
        return [name for name, password in (("old", self.old), ("new", self.new)) if self.works(password)]

    def works(self, password: str) -> bool:
        with self.client(password) as connection:
            try:
                return bool(connection.ping())
            except redis.RedisError:
                return False


@pytest.fixture(scope="module")
def passwords(deployed: Practice) -> list[str]:
    """Every password that a test of this module gave the deployed host; each test begins with the last one."""
    return [deployed.environment["MEMURAI_LAB_PASSWORD"]]


@pytest.fixture
def rotation(deployed: Practice, passwords: list[str]) -> Iterator[Rotation]:
    """The deployed host with one password; the test leaves it with one, too."""
    rotation = Rotation(deployed, passwords[-1], f"Canary-8264-{len(passwords)}-must-not-show")
    assert rotation.working == ["old"]
    yield rotation
    if rotation.working == ["new"]:
        passwords.append(rotation.new)


@contextmanager
def writing(rotation: Rotation, password: str) -> Iterator[None]:
    """Write all the time, each time with a new connection; fail at the end when one was refused or a write failed."""
    stop, failures, written = threading.Event(), [], []

    def write() -> None:
        while not stop.is_set():
            with rotation.client(password) as connection:
                try:
                    written.append(connection.incr("written"))
                except redis.RedisError as error:
                    failures.append(repr(error))
            stop.wait(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: bool(written or failures), "a first write")
        yield
    finally:
        stop.set()
        writer.join()
    assert not failures, failures[:3]
    assert len(written) > 1


def restart(rotation: Rotation) -> None:
    restart_win_service(rotation.machine, name="Memurai", timeout_seconds=WAIT_SECONDS)
    wait_until(lambda: bool(rotation.working), "the server to answer")


def plan_changes_nothing(rotation: Rotation, *options: str) -> str:
    before, answered = snapshot(rotation.machine), rotation.working
    planned = rotation.run(*TASK, "--dry", "--diff", *options)
    assert planned.exit_code == 0, planned.output
    after = snapshot(rotation.machine)
    assert [path for path in before if "/config" in path and before[path] != after.get(path)] == []
    assert rotation.working == answered
    return planned.output


@pytest.mark.judged
def test_both_work_until_the_old_one_is_dropped(rotation: Rotation) -> None:
    process = rotation.machine.services.get("Memurai").process_id
    kept = rotation.client(rotation.old)
    assert kept.ping()
    connection = kept.client_id()

    with writing(rotation, rotation.old):
        shown = plan_changes_nothing(rotation)
        assert "works: the password of host <secret>" in shown
        assert "+ works: the password of settings <secret, changed>" in shown
        begun = rotation.rotate(*LOUD)
        assert (begun.exit_code, begun.changed) == (0, ["Password", *JOB_PASSWORDS]), begun.output
        assert "--data drop_password=old" in begun.output
        with writing(rotation, rotation.new):
            again = rotation.rotate()
            assert (again.exit_code, again.changed) == (0, []), again.output
            shown = plan_changes_nothing(rotation, *DROP_OLD)
            assert "- works: the password of host <secret>" in shown

    with writing(rotation, rotation.new):
        done = rotation.rotate(*LOUD, *DROP_OLD)
        assert (done.exit_code, done.changed) == (0, ["Only password"]), done.output
        assert rotation.working == ["new"]
        again = rotation.rotate(*DROP_OLD)
        assert (again.exit_code, again.changed) == (0, []), again.output
        deployed_again = rotation.run(*CONFIGURE)
        assert (deployed_again.exit_code, deployed_again.changed) == (0, []), deployed_again.output
    assert (kept.incr("written") > 1, kept.client_id()) == (True, connection)
    kept.close()
    assert rotation.machine.services.get("Memurai").process_id == process
    restart(rotation)
    assert rotation.working == ["new"]


def test_both_work_after_a_restart_between_and_after_the_server_wrote_its_file_itself(rotation: Rotation) -> None:
    assert rotation.rotate().exit_code == 0
    restart(rotation)
    assert rotation.working == ["old", "new"]
    with rotation.client(rotation.new) as connection:
        connection.execute_command(CONFIG_COMMAND, "REWRITE")
    restart(rotation)
    assert rotation.working == ["old", "new"]
    again = rotation.rotate()
    assert (again.exit_code, again.changed) == (0, []), again.output
    dropped = rotation.rotate(*DROP_OLD)
    assert dropped.exit_code == 0, dropped.output
    restart(rotation)
    assert rotation.working == ["new"]


def kill_when(rotation: Rotation, condition: Callable[[], bool], what: str, *options: str) -> None:
    """Run the task, and kill pyinfra as soon as a condition holds on the host."""
    process = subprocess.Popen(
        [str(BIN / "pyinfra"), *TASK[1:], "-y", *options],
        cwd=PROJECT,
        env={**os.environ, **rotation.practice.environment, "MEMURAI_LAB_PASSWORD": rotation.new},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: condition() or process.poll() is not None, what, pause=0.002)
        assert process.poll() is None, f"it ended without {what}"
    finally:
        process.send_signal(signal.SIGKILL)
        rotation.practice.outputs.append(process.communicate()[0])
    # A call that the host has begun ends there by itself.
    wait_until(lambda: not (rotation.drive / JOURNAL).exists(), "the host to end its work")


def test_a_killed_run_is_completed_by_the_next(rotation: Rotation) -> None:
    with writing(rotation, rotation.old):
        kill_when(rotation, (rotation.drive / JOURNAL).exists, "the change")
        assert rotation.rotate().exit_code == 0
    assert rotation.working == ["old", "new"]
    with writing(rotation, rotation.new):
        kill_when(rotation, (rotation.drive / JOURNAL).exists, "the change", *DROP_OLD)
        completed = rotation.rotate(*DROP_OLD)
        assert completed.exit_code == 0, completed.output
    assert rotation.working == ["new"]


def test_a_run_whose_host_died_between_server_and_file_is_completed_by_the_next(rotation: Rotation) -> None:
    """The server changes first, then the file: what is left when the host's part is cut there."""
    with rotation.client(rotation.old) as connection, writing(rotation, rotation.old):
        connection.execute_command("ACL", "SETUSER", "default", f">{rotation.new}")
        begun = rotation.rotate()
        assert (begun.exit_code, begun.changed) == (0, ["Password", *JOB_PASSWORDS]), begun.output
    restart(rotation)
    assert rotation.working == ["old", "new"]

    with rotation.client(rotation.new) as connection, writing(rotation, rotation.new):
        connection.execute_command(CONFIG_COMMAND, "SET", "requirepass", rotation.new)
        assert rotation.working == ["new"]
        # Not told to drop it, a deploy gives the server what its file says ...
        deployed_between = rotation.run(*CONFIGURE)
        assert deployed_between.changed == ["Password"], deployed_between.output
        assert rotation.working == ["old", "new"]
        # ... and the server now says the new requirepass, which a CONFIG SET would not change.
        completed = rotation.rotate(*DROP_OLD)
        assert completed.exit_code == 0, completed.output
        assert rotation.working == ["new"]


def test_a_deploy_with_a_new_password_cuts_nobody_off(rotation: Rotation) -> None:
    with writing(rotation, rotation.old):
        planned = rotation.run("pyinfra", "inventories/lab.py", "deploy.py", "--dry", "--diff")
        assert "+ works: the password of settings <secret, changed>" in planned.output
        deployed = rotation.run("pyinfra", "inventories/lab.py", "deploy.py", "-y", "--json")
        assert (deployed.exit_code, deployed.changed) == (0, ["Password", "Password: backup", "Password: health"]), (
            deployed.output
        )
        assert rotation.working == ["old", "new"]
        # A colleague whose variable still has the old one.
        again = rotation.run(*CONFIGURE, password=rotation.old)
        assert (again.exit_code, again.changed) == (0, []), again.output
        with writing(rotation, rotation.new):
            confused = rotation.rotate(*DROP_OLD, password=rotation.old)
            assert confused.exit_code != 0
            assert "expected the settings' source to give the new password, found the old one" in confused.output
        given_up = rotation.rotate(*DROP_NEW, password=rotation.old)
        assert given_up.exit_code == 0, given_up.output
        assert rotation.working == ["old"]


def test_nothing_is_dropped_before_the_new_password_works(rotation: Rotation) -> None:
    early = rotation.rotate(*DROP_OLD)
    assert early.exit_code != 0
    assert "Run tasks/rotate_password.py without drop_password" in early.output
    assert rotation.working == ["old"]


def test_no_password_is_printed_or_written_but_where_it_belongs(rotation: Rotation, passwords: list[str]) -> None:
    """After the tests above: all that their runs printed, and every file they left."""
    assert len(passwords) > 1
    printed = "".join(rotation.practice.outputs)
    assert not [number for number, secret in enumerate((*passwords, CONFIG_COMMAND)) if secret in printed]
    drive = rotation.drive
    holders = {str(path.relative_to(drive)) for path in drive.rglob("*") if holds(path, passwords)}
    assert FILE in holders
    allowed = (FILE, f"{FILE}.previous", f"{FILE}.last-known-good", f"{CONFIG}/history/", f"{JOBS}/")
    assert not [path for path in holders if not path.startswith(allowed)]


def holds(path: Path, passwords: list[str]) -> bool:
    return path.is_file() and any(secret.encode() in path.read_bytes() for secret in passwords)
