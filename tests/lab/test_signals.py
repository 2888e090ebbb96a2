"""A run that is ended by a signal says so by its exit code and leaves nothing on the host, wherever it was."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab_practice import BIN, PROJECT, Practice, practice_hosts, wait_until

from winlab.windows.machine import Machine

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
POINTS = 10
# Whatever else runs on this machine: what this takes here is well under a second.
END_SECONDS = 60


@pytest.fixture(scope="module")
def first_deploy_requests(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many requests a first deploy makes."""
    for practice in practice_hosts(1, variables, tmp_path_factory.mktemp("counted")):
        run = practice.deploy()
        assert run.exit_code == 0, run.output
        return practice.lab.servers["lab1"].statistics.requests
    raise AssertionError("no practice host")


@contextmanager
def started(practice: Practice, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start pyinfra as a user would; give it and the file that has what it prints."""
    shown = practice.working_folder / "shown"
    with shown.open("wb") as output:
        process = subprocess.Popen(
            [str(BIN / "pyinfra"), "inventories/lab.py", *arguments],
            cwd=PROJECT,
            env={**os.environ, **practice.environment},
            # A prompt waits for more.
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
    try:
        yield process, shown
    finally:
        process.kill()
        process.wait()
        practice.outputs.append(shown.read_text(errors="replace"))


def left_behind(machine: Machine) -> list[str]:
    names = (str(path.relative_to(machine.root)) for path in machine.root.rglob("*"))
    return sorted(name for name in names if name.endswith((".new", ".partial")))


def assert_nothing_is_left(practice: Practice) -> None:
    wait_until(lambda: practice.lab.servers["lab1"].shell_count == 0, "no shell on the host")
    assert left_behind(practice.machine) == []


@pytest.mark.slow
@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_first_deploy_is_ended_anywhere(
    bare: Practice, first_deploy_requests: int, number: signal.Signals, point: int
) -> None:
    statistics = bare.lab.servers["lab1"].statistics
    # The first right after the log-on has begun, the last before the last requests.
    wanted = 2 + point * (first_deploy_requests - 4) // (POINTS - 1)
    with started(bare, "deploy.py", "-y") as (run, shown):
        wait_until(lambda: statistics.requests >= wanted or run.poll() is not None, f"request {wanted}", pause=0.001)
        run.send_signal(number)
        exit_code = run.wait(END_SECONDS)
        assert exit_code == 128 + number, shown.read_text()
    assert "Traceback" not in shown.read_text(), shown.read_text()
    assert_nothing_is_left(bare)
    if number is signal.SIGTERM:
        again = bare.deploy()
        assert again.exit_code == 0, again.output
        assert left_behind(bare.machine) == []


def test_a_run_is_ended_at_its_prompt(bare: Practice) -> None:
    with started(bare, "deploy.py") as (run, shown):
        wait_until(lambda: "Press enter to execute" in shown.read_text(), "the prompt")
        run.send_signal(signal.SIGINT)
        assert run.wait(END_SECONDS) == 128 + signal.SIGINT, shown.read_text()
    assert_nothing_is_left(bare)


@pytest.mark.slow
def test_a_change_that_takes_longer_than_an_ended_run_waits_comes_to_its_end(bare: Practice) -> None:
    server, files = bare.lab.servers["lab1"], bare.machine.files
    script = "New-WinDirectory -Path 'C:\\Begun'; Start-Sleep 45; New-WinDirectory -Path 'C:\\Ended'"
    with started(bare, "-y", "exec", "--", script) as (run, shown):
        wait_until(lambda: files.kind("C:\\Begun") == "Directory", "the change to begin")
        run.send_signal(signal.SIGTERM)
        assert run.wait(END_SECONDS) == 128 + signal.SIGTERM, shown.read_text()
    assert files.kind("C:\\Ended") == "Absent"
    text = " ".join(shown.read_text().split())
    assert "did not end within 30 s and goes on there" in text, text
    assert "Traceback" not in text, text
    wait_until(lambda: files.kind("C:\\Ended") == "Directory", "the change to end")
    # Its PowerShell ends by itself, and its shell by its idle limit.
    wait_until(lambda: server.running_count == 0, "PowerShell to end")
    assert server.shell_count == 1


def test_a_second_signal_ends_a_run_at_once(bare: Practice) -> None:
    server = bare.lab.servers["lab1"]
    script = "New-WinDirectory -Path 'C:\\Begun'; Start-Sleep 100"
    with started(bare, "-y", "exec", "--", script) as (run, shown):
        wait_until(lambda: bare.machine.files.kind("C:\\Begun") == "Directory", "the script to run")
        run.send_signal(signal.SIGINT)
        wait_until(lambda: "A second signal ends this at once" in shown.read_text(), "the first to be told")
        assert run.poll() is None
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == -signal.SIGINT
    # What it can't delete any more ends by its idle limit.
    assert server.shell_count == 1
