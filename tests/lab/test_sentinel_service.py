"""The Sentinel beside a member's server, on a practice host with a real one: made once, converged while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, NETWORK, Practice, Run, practice_hosts, snapshot, wait_until
from set_practice import deploy_of_one_member

from winlab.certificates import CertificateAuthority
from winlab.engines.real_powershell import Installation

SERVICE, PORT = "Memurai-Sentinel", 26379
FOLDER = "C:/ProgramData/Memurai/sentinel"
OPERATIONS = ["Sentinel's configuration", "Sentinel's service"]
# What the deploy does once it has decided which member is the primary.
CODE = """
from pyinfra import host

from memurai import host_settings
from memurai.instance import Instance
from memurai.deploys import sentinel
from memurai.topology import Address

settings = host_settings.settings_of(host)
if settings is not None:
    sentinel(settings, Address.of(settings.announced_address, Instance.of(settings).port), ["10.0.0.6", "10.0.0.7"])
"""
VARIABLE = "MEMURAI_REPLICATION_SENTINEL_PASSWORD"
USERS = ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA")
SECRETS = {
    VARIABLE: "Canary-sentinels-8460-must-not-show",
    **{f"MEMURAI_{user}_PASSWORD": f"Canary-{user.lower()}-8460-must-not-show" for user in USERS},
}
NEW_PASSWORD = "Canary-sentinels-8461-must-not-show"


class Member:
    """A practice host that is a member of a set, and the tools to work on it.

    groups: of its settings, besides memurai_replication. ca: file with the authorities of encrypted connections.
    variables: with its secrets.
    """

    def __init__(self, practice: Practice, groups: Mapping[str, object] | None = None, ca: Path | None = None) -> None:
        self.practice = practice
        self.groups, self.ca, self.variables = groups or {}, ca, dict(SECRETS)
        self.machine = practice.machine
        self.code = practice.working_folder / "code.py"
        self.code.write_text(CODE)
        self.server = deploy_of_one_member(practice)

    def inventory(self, **replication: object) -> str:
        """Return an inventory with more settings of memurai_replication."""
        group = {"enabled": True, "first_primary": "lab1", **replication}
        # Alone, the primary has no replica to wait for.
        own = {"memurai_replication": {"min_replicas_to_write": 0, **group}}
        return self.practice.inventory(lab1={**own, **self.groups})

    def run(self, *options: str, task: str | None = None, **replication: object) -> Run:
        """Run the task with more settings of memurai_replication."""
        command = ("pyinfra", self.inventory(**replication), task or str(self.code), *options)
        return self.practice.run(*command, environment=self.variables)

    def converge(self, **replication: object) -> list[str]:
        """Run the task, which must succeed, and return what it changed."""
        run = self.run("-y", "--json", **replication)
        assert run.exit_code == 0, run.output
        return run.changed

    def ask(self, *command: str, port: int = PORT) -> Any:
        """Return what the Sentinel answers."""
        password = self.variables[VARIABLE]
        options: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.ca)} if self.ca else {}
        with redis.Redis(self.machine.address, port, password=password, decode_responses=True, **options) as client:
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


@contextmanager
def deployed(here: Member) -> Iterator[Member]:
    """Deploy a member's server; at the end no secret may have been shown."""
    first = here.run("-y", task=here.server)
    assert first.exit_code == 0, first.output
    yield here
    shown = "\n".join(here.practice.outputs)
    secrets = (*SECRETS.values(), NEW_PASSWORD, CANARY, CONFIG_COMMAND)
    assert not [secret for secret in secrets if secret in shown]


@pytest.fixture(scope="module")
def member(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory, powershell: Installation | None
) -> Iterator[Member]:
    """A host whose server was deployed as a member's; the tests share it, in their order."""
    for practice in practice_hosts(1, variables, tmp_path_factory.mktemp("member"), powershell):
        with deployed(Member(practice)) as here:
            yield here


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


def test_the_set_and_the_named_clients_reach_it_where_others_could(member: Member) -> None:
    network = {"bind": [member.machine.address, "10.0.0.5"], "allowed_addresses": ["10.0.4.0/24", "10.0.0.7"]}
    plan = Member(member.practice, {"memurai_network": network}).run("--dry", "--diff")
    assert plan.exit_code == 0, plan.output
    assert re.findall(r"\+ remote_addresses: (\S+)", plan.output) == ["10.0.0.6", "10.0.0.7", "10.0.4.0/24"], (
        plan.output
    )
    assert "+ local_ports: 26379" in plan.output


@pytest.mark.judged
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


@pytest.mark.judged
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


def test_a_file_that_was_edited_under_the_running_sentinel_is_not_what_it_has(watching: Member) -> None:
    watching.ask("SENTINEL", "SET", "memurai", "quorum", "5")
    watching.ask("SENTINEL", "CONFIG", "SET", "announce-port", "1")
    text = watching.file.read_text()
    edited = re.sub(r"(sentinel monitor .*) 5\n", r"\1 2\n", text).replace(
        "announce-port 1\n", f"announce-port {PORT}\n"
    )
    assert edited != text
    watching.file.write_text(edited)
    assert watching.converge() == OPERATIONS[:1]
    assert watching.state()["quorum"] == "2"
    assert watching.ask("SENTINEL", "CONFIG", "GET", "announce-port") == {"announce-port": str(PORT)}


def test_its_own_password_changes_while_it_runs(watching: Member) -> None:
    process = watching.process
    watching.variables[VARIABLE] = NEW_PASSWORD
    assert watching.converge() == OPERATIONS[:1]
    assert watching.ask("PING")
    assert (watching.process, watching.converge()) == (process, [])
    assert SECRETS[VARIABLE] not in watching.file.read_text()
    watching.variables[VARIABLE] = SECRETS[VARIABLE]
    assert watching.converge() == OPERATIONS[:1]


@pytest.mark.judged
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
    run = watching.run("-y", "--json", task=watching.server)
    assert (run.exit_code, run.changed) == (0, []), run.output


def test_it_goes_with_the_server(watching: Member) -> None:
    run = watching.run("-y", "--json", task="tasks/uninstall.py")
    assert run.exit_code == 0, run.output
    assert {"No service: Sentinel", "No service", "No product"} <= set(run.changed)
    assert watching.machine.services.find(SERVICE) is None
    assert watching.file.exists()


def test_with_users_it_is_one_of_them_and_it_reads_renewed_certificates(member: Member, tmp_path: Path) -> None:
    files = {name: tmp_path / f"given.{name}" for name in ("ca", "certificate", "key")}
    authority = CertificateAuthority(tmp_path)

    def renew(name: str) -> None:
        new = authority.issue(name, member.machine.address, for_clients=True)
        for target, source in zip(files.values(), (authority.certificate, new.certificate, new.key), strict=True):
            copy(source, target)

    # It remembers a primary at another port.
    member.file.unlink(missing_ok=True)
    renew("first")
    users = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}
    tls = {"enabled": True, **{name: str(path) for name, path in files.items()}}
    with deployed(Member(member.practice, {"memurai_users": users, "memurai_tls": tls}, files["ca"])) as here:
        assert set(OPERATIONS) <= set(here.converge())
        wait_until(lambda: here.state()["flags"] == "master", "a Sentinel that is let in by the server")
        process = here.process
        assert (here.converge(), here.process) == ([], process)
        renew("second")
        assert here.run("-y", task="tasks/certificates.py").exit_code == 0
        assert here.converge() == OPERATIONS[1:]
        assert here.process != process
        assert here.converge() == []


def test_with_the_data_goes_what_it_remembers(member: Member) -> None:
    run = member.run("-y", "--json", "--data", "remove_data=true", task="tasks/uninstall.py")
    assert (run.exit_code, "No folder: sentinel" in run.changed) == (0, True), run.output
    assert member.machine.files.kind(FOLDER) == "Absent"
