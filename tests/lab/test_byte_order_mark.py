"""What lies on a host is what its server starts on: what only the deploy could read is shown and mended, or named."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import CANARY, Practice
from test_users import SECRETS, USERS, USERS_FILE, deploy

CONFIGURATION = "ProgramData/Memurai/config/memurai-production.conf"
MARK = codecs.BOM_UTF8
LAB = ("--inventory", "inventories/lab.py")


def file_of(practice: Practice, name: str = CONFIGURATION) -> Path:
    return practice.machine.root / "C:" / name


@pytest.fixture
def marked(deployed: Practice) -> Iterator[Practice]:
    """The deployed host, whose configuration somebody saved with a byte order mark."""
    before = file_of(deployed).read_bytes()
    file_of(deployed).write_bytes(MARK + before)
    yield deployed
    assert file_of(deployed).read_bytes() == before
    again = deployed.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


def test_a_byte_order_mark_is_shown_named_and_taken_away_without_a_restart(marked: Practice) -> None:
    process = marked.machine.services.get("Memurai").process_id
    plan = marked.plan()
    assert "- byte order mark" in plan.output, plan.output
    verification = marked.run(
        "pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "-k", "test_configuration", *LAB
    )
    assert "expected no byte order mark, found one" in verification.output, verification.output
    run = marked.deploy("--json")
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    assert marked.machine.services.get("Memurai").process_id == process


def test_a_server_that_does_not_start_for_it_starts_again(marked: Practice) -> None:
    marked.machine.services.stop("Memurai")
    run = marked.deploy("--json")
    assert run.exit_code == 0, run.output
    assert marked.machine.services.get("Memurai").state == "Running"


def test_the_way_back_from_a_restart_leads_to_a_file_that_a_server_takes(marked: Practice) -> None:
    """The log file's name is taken by a folder, which the trial can't see."""
    taken = file_of(marked, "ProgramData/Memurai/logs/taken.log")
    taken.mkdir()
    run = marked.deploy(inventory=marked.inventory(lab1={"memurai_logging": {"file": "taken.log"}}))
    assert run.exit_code == 1
    assert "All that was done was undone." in run.output, run.output
    assert marked.machine.services.get("Memurai").state == "Running"
    taken.rmdir()


def test_an_earlier_configuration_with_the_mark_comes_back_without(marked: Practice) -> None:
    changed = marked.inventory(lab1={"memurai_memory": {"maxmemory": "1gb"}})
    assert marked.deploy(inventory=changed).exit_code == 0
    (newest, *_) = sorted(file_of(marked).parent.joinpath("history").iterdir(), reverse=True)
    assert newest.read_bytes().startswith(MARK)
    rollback = ("tasks/rollback.py", "--data", "rollback_to=previous")
    run = marked.run("pyinfra", "inventories/lab.py", *rollback, "-y")
    assert run.exit_code == 0, run.output


def test_an_earlier_configuration_that_no_server_takes_is_refused(deployed: Practice) -> None:
    history, before = file_of(deployed).parent / "history", file_of(deployed).read_bytes()
    history.mkdir(exist_ok=True)
    damaged = history / "20200101T000000000Z-0123abcd.conf"
    damaged.write_bytes(before.replace(b"port 6379", b"port abc"))
    rollback = ("tasks/rollback.py", "--data", f"rollback_to={damaged.name}")
    run = deployed.run("pyinfra", "inventories/lab.py", *rollback, "-y")
    damaged.unlink()
    assert (run.exit_code, "Traceback" in run.output) == (1, False), run.output
    assert f"{damaged.name}: line " in run.output
    assert "port: expected a whole number" in run.output
    assert file_of(deployed).read_bytes() == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (lambda text: text.decode().encode("utf-16"), "Expected text in UTF-8"),
        (lambda text: text.replace(b"# Network", b"# Netzw\xf6rk"), "Expected text in UTF-8"),
        (
            lambda text: text.replace(b"# Network", b"# Net\x00work"),
            "line 4, column 6: expected text, found a NUL byte",
        ),
    ],
    ids=["UTF-16", "Windows-1252", "NUL"],
)
def test_other_bytes_that_a_server_reads_otherwise_are_named(
    deployed: Practice, content: object, expected: str
) -> None:
    before = file_of(deployed).read_bytes()
    file_of(deployed).write_bytes(content(before))
    run = deployed.deploy()
    file_of(deployed).write_bytes(before)
    assert run.exit_code == 1
    assert expected in run.output


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda text: MARK + text, "- byte order mark"),
        (lambda text: text + b"# by hand\r\n", "- line 7: not `user`"),
        (lambda text: text.replace(b"user default", b"USER default"), "- line 1: not `user`"),
    ],
    ids=["mark", "comment", "capitals"],
)
def test_an_acl_file_that_its_server_would_refuse_is_written_anew(
    deployed: Practice, change: object, shown: str
) -> None:
    first = deploy(deployed, users=USERS)
    assert first.exit_code == 0, first.output
    path = file_of(deployed, USERS_FILE)
    before = path.read_bytes()
    path.write_bytes(change(before))
    process = deployed.machine.services.get("Memurai").process_id
    run = deploy(deployed, "--diff", users=USERS)
    assert (run.exit_code, run.changed) == (0, ["Users"]), run.output
    assert shown in run.output
    assert path.read_bytes() == before
    assert deployed.machine.services.get("Memurai").process_id == process
    assert not [secret for secret in (*SECRETS.values(), CANARY) if secret in run.output]
