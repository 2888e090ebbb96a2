"""The Sentinel beside a member's server, on a practice host with a real one: made once, converged while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, NETWORK, Practice, Run, practice_hosts, snapshot

PASSWORD = "Canary-sentinel-8460-must-not-show"
SERVICE, PORT = "Memurai-Sentinel", 26379
FOLDER = "C:/ProgramData/Memurai/sentinel"
OPERATIONS = ["Sentinel's configuration", "Sentinel's service"]
# What the deploy does once it has decided which member is the primary.
CODE = """
from pyinfra import host

from memurai import host_settings
from memurai.topology import Address
from tasks.sentinel import run

settings = host_settings.settings_of(host)
if settings is not None:
    run(settings, Address.of(settings.announced_address, settings.network.port), [])
"""
VARIABLES = {"MEMURAI_REPLICATION_SENTINEL_PASSWORD": PASSWORD}


class Member:
    """A practice host that is a member of a set, and the tools to work on it."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.machine = practice.machine
        self.code = practice.working_folder / "code.py"
        self.code.write_text(CODE)

    def inventory(self, **replication: object) -> str:
        """Return an inventory with more settings of memurai_replication."""
        group = {"enabled": True, "first_primary": "lab1", **replication}
        # Alone, the primary has no replica to wait for.
        return self.practice.inventory(lab1={"memurai_replication": {"min_replicas_to_write": 0, **group}})

    def run(self, *options: str, task: str | None = None, **replication: object) -> Run:
        """Run the task with more settings of memurai_replication."""
        command = ("pyinfra", self.inventory(**replication), task or str(self.code), *options)
        return self.practice.run(*command, environment=VARIABLES)

    def converge(self, **replication: object) -> list[str]:
        """Run the task, which must succeed, and return what it changed."""
        run = self.run("-y", "--json", **replication)
        assert run.exit_code == 0, run.output
        return run.changed

    def ask(self, *command: str, port: int = PORT) -> Any:
        """Return what the Sentinel answers."""
        with redis.Redis(self.machine.address, port, password=PASSWORD, decode_responses=True) as client:
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def state(self, name: str = "memurai", port: int = PORT) -> Mapping[str, str]:
        """Return what the Sentinel says of a set."""
        return {key: str(value) for key, value in dict(self.ask("SENTINEL", "MASTER", name, port=port)).items()}

    @property
    def process(self) -> int | None:
        """The Sentinel's process."""
        return self.machine.services.get(SERVICE).process_id

    @property
    def file(self) -> Path:
        """The Sentinel's file."""
        return self.machine.files.local_path(f"{FOLDER}/sentinel.conf")


@pytest.fixture(scope="module")
def member(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    """A host whose server was deployed as a member's; the tests share it, in their order."""
    for practice in practice_hosts(1, variables, tmp_path_factory.mktemp("member")):
        here = Member(practice)
        first = practice.deploy(inventory=here.inventory(), **VARIABLES)
        assert first.exit_code == 0, first.output
        yield here
        shown = "\n".join(practice.outputs)
        assert not [secret for secret in (PASSWORD, CANARY, CONFIG_COMMAND) if secret in shown]


@pytest.fixture
def watching(member: Member) -> Member:
    """The host with its Sentinel as desired."""
    member.converge()
    return member


def test_a_dry_run_shows_what_would_be_made_and_touches_nothing(member: Member) -> None:
    before = snapshot(member.machine)
    plan = member.run("--dry", "--diff")
    assert plan.exit_code == 0, plan.output
    for line in (f'+ sentinel monitor memurai "{NETWORK}.1" 6379 2', "+ sentinel auth-pass memurai <secret, changed>"):
        assert line in plan.output, plan.output
    assert "put the new file" in plan.output
    assert snapshot(member.machine) == before
    assert member.machine.services.find(SERVICE) is None


def test_a_sentinel_is_made_and_watches_the_set(member: Member) -> None:
    assert set(OPERATIONS) <= set(member.converge())
    assert (member.state()["ip"], member.state()["quorum"]) == (member.machine.address, "2")
    service = member.machine.services.get(SERVICE).settings
    assert (service.account, service.start_type) == (f"NT SERVICE\\{SERVICE}", "Automatic")
    process = member.process
    assert member.converge() == []
    assert member.process == process


def test_what_a_failover_leaves_is_no_difference(watching: Member) -> None:
    """Another primary, epochs and servers that it knows: the deploy moves nothing."""
    watching.machine.services.stop(SERVICE)
    text = watching.file.read_text()
    moved = re.sub(r"(sentinel monitor memurai) \S+", rf"\1 {NETWORK}.2", text)
    known = (
        f"sentinel known-replica memurai {NETWORK}.1 6379\nsentinel config-epoch memurai 7\n"
        f"sentinel leader-epoch memurai 7\nsentinel current-epoch 7\n"
    )
    kept = [line for line in moved.splitlines() if "epoch" not in line]
    watching.file.write_text("\n".join([*kept, known]))
    watching.machine.services.start(SERVICE)
    assert watching.converge() == []
    assert watching.state()["ip"] == f"{NETWORK}.2"
    watching.machine.services.stop(SERVICE)
    watching.file.write_text(text)


def test_what_drifted_is_given_to_the_running_sentinel(watching: Member) -> None:
    process = watching.process
    options = ("quorum", "5", "down-after-milliseconds", "1234", "auth-pass", "somebody-s-password")
    watching.ask("SENTINEL", "SET", "memurai", *options)
    plan = watching.run("--dry", "--diff")
    for line in (
        "- sentinel quorum memurai 5",
        "+ sentinel down-after-milliseconds memurai 10000",
        "+ sentinel auth-pass memurai <secret, changed>",
    ):
        assert line in plan.output, plan.output
    assert "somebody-s-password" not in plan.output
    assert watching.state()["quorum"] == "5"
    assert watching.converge() == OPERATIONS[:1]
    state = watching.state()
    assert (state["quorum"], state["down-after-milliseconds"]) == ("2", "10000")
    assert f"auth-pass memurai {CANARY}" in watching.file.read_text().replace('"', "")
    assert watching.process == process
    assert watching.converge() == []


def test_another_port_restarts_it_and_it_remembers(watching: Member) -> None:
    own, process = watching.ask("SENTINEL", "MYID"), watching.process
    plan = watching.run("--dry", "--diff", sentinel_port=26380)
    assert "restarted, because of: port" in plan.output, plan.output
    assert watching.converge(sentinel_port=26380) == OPERATIONS[:1]
    assert watching.ask("SENTINEL", "MYID", port=26380) == own
    assert watching.process != process
    assert watching.converge(sentinel_port=26380) == []
    assert watching.converge() == OPERATIONS[:1]
    assert watching.ask("SENTINEL", "MYID") == own


def test_a_stopped_sentinel_gets_its_file_and_starts(watching: Member) -> None:
    watching.machine.services.stop(SERVICE)
    watching.file.write_text(watching.file.read_text().replace("announce-port 26379", "announce-port 1"))
    assert watching.converge() == OPERATIONS
    assert watching.ask("SENTINEL", "CONFIG", "GET", "announce-port") == {"announce-port": str(PORT)}
    assert sorted(watching.machine.files.names(FOLDER)) == ["changes", "sentinel.conf", "sentinel.log"]


def test_a_line_that_can_not_be_read_is_refused(watching: Member) -> None:
    watching.machine.services.stop(SERVICE)
    text = watching.file.read_text()
    watching.file.write_text(f'{text}\nsentinel auth-pass memurai "no-end\n')
    run = watching.run("-y", "--json")
    assert run.exit_code != 0
    assert "Mend or remove that line" in run.output
    assert "no-end" not in run.output
    watching.file.write_text(text)


def test_the_server_s_deploy_takes_the_sentinel_for_its_own(watching: Member) -> None:
    """Its port is not taken, its folder is known, and the server goes on."""
    run = watching.run("-y", "--json", task="deploy.py")
    assert (run.exit_code, run.changed) == (0, []), run.output


def test_it_goes_with_the_server(watching: Member) -> None:
    run = watching.run("-y", "--json", task="tasks/uninstall.py")
    assert run.exit_code == 0, run.output
    assert {"No service: Sentinel", "No service", "No product"} <= set(run.changed)
    assert watching.machine.services.find(SERVICE) is None
    assert watching.file.exists()
