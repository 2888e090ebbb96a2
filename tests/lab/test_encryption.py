"""Encrypted connections: a real client that verifies them, renewed certificates, and the way there and back."""

from __future__ import annotations

import re
import shutil
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, NETWORK, WAIT_SECONDS, Practice, Run, snapshot, wait_until
from redis.backoff import NoBackoff
from redis.retry import Retry

from winlab.certificates import CertificateAuthority, HostCertificate
from winlab.twin.functions.services import restart_win_service
from winlab.windows.machine import Machine

ADDRESS, PORT, PLAIN_PORT = f"{NETWORK}.1", 6380, 6379
TLS_FOLDER = "ProgramData/Memurai/config/tls"
ON_HOST = {"ca": f"{TLS_FOLDER}/ca.crt", "certificate": f"{TLS_FOLDER}/server.crt", "key": f"{TLS_FOLDER}/server.key"}
NEW_PASSWORD = "Canary-6380-another-must-not-show"
USER_SECRETS = {
    f"MEMURAI_{name}_PASSWORD": f"Canary-{name.lower()}-1-must-not-show"
    for name in ("APPLICATION", "BACKUP", "MONITORING")
}


@dataclass
class Encryption:
    """The deployed host, and the files of its encrypted connections on the control node.

    authority: who signs. issued: how many certificates so far. keys: the private keys that ever were in use.
    """

    practice: Practice
    folder: Path
    authority: CertificateAuthority
    issued: int
    keys: list[str]

    @property
    def machine(self) -> Machine:
        return self.practice.machine

    @property
    def process(self) -> int:
        return self.machine.services.get("Memurai").process_id

    @property
    def local(self) -> dict[str, Path]:
        return {
            "ca": self.folder / "ca.crt",
            "certificate": self.folder / "server.crt",
            "key": self.folder / "server.key",
        }

    def on_host(self, name: str) -> Path:
        return self.machine.root / "C:" / ON_HOST[name]

    def change_authority(self) -> None:
        folder = self.folder / f"authority{self.issued}"
        folder.mkdir()
        self.authority = CertificateAuthority(folder)

    def renew(self, *, address: str = ADDRESS) -> HostCertificate:
        """Put a new certificate in the place of the former one."""
        self.issued += 1
        new = self.authority.issue(f"lab1-{self.issued}", address, for_clients=True)
        self.put(self.authority.certificate, new)
        self.keys.append(new.key.read_text())
        return new

    def put(self, ca: Path, certificate: HostCertificate) -> None:
        for name, source in (("ca", ca), ("certificate", certificate.certificate), ("key", certificate.key)):
            shutil.copy(source, self.local[name])

    def inventory(self, groups: dict[str, object] | None = None, **tls: object) -> str:
        files = {name: str(path) for name, path in self.local.items()}
        data = {"memurai_tls": {"enabled": True, **files, **tls}, **(groups or {})}
        return self.practice.inventory(lab1=data)

    def deploy(self, groups: dict[str, object] | None = None, **tls: object) -> Run:
        return self.practice.deploy("--json", "--diff", inventory=self.inventory(groups, **tls))

    def client(self, ca: Path | None = None, **options: Any) -> redis.Redis:
        """Return a client as an application has one: it verifies the certificate and the name in it."""
        files = {"ssl_ca_certs": str(ca or self.local["ca"]), "ssl_check_hostname": True}
        given = {"password": CANARY, **files, **options}
        url = f"rediss://{ADDRESS}:{PORT}"
        return redis.Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0), **given)

    def ask(self, *words: str, **options: Any) -> Any:
        with self.client(**options) as client:
            return client.execute_command(*words)

    def presented(self) -> str:
        return ssl.get_server_certificate((ADDRESS, PORT))


def ask_plain(*words: str) -> Any:
    with redis.Redis(
        host=ADDRESS, port=PLAIN_PORT, password=CANARY, decode_responses=True, retry=Retry(NoBackoff(), 0)
    ) as client:
        return client.execute_command(*words)


@pytest.fixture(scope="module")
def everything(deployed: Practice, tmp_path_factory: pytest.TempPathFactory) -> Encryption:
    folder = tmp_path_factory.mktemp("certificates")
    encryption = Encryption(deployed, folder, CertificateAuthority(folder), 0, [])
    encryption.renew()
    return encryption


@pytest.fixture
def plain(everything: Encryption) -> Encryption:
    """The host without encrypted connections."""
    run = everything.practice.deploy()
    assert run.exit_code == 0, run.output
    return everything


@pytest.fixture
def encrypted(everything: Encryption) -> Iterator[Encryption]:
    """The host with encrypted connections only, brought back to that afterwards."""
    run = everything.deploy()
    assert run.exit_code == 0, run.output
    yield everything
    run = everything.deploy()
    assert run.exit_code == 0, run.output


def test_a_live_server_is_switched_on_and_off_without_a_restart(plain: Encryption) -> None:
    process = plain.process
    assert ask_plain("SET", "before", "kept")
    run = plain.deploy()
    assert run.exit_code == 0, run.output
    assert without_jobs(run.changed) == ["Folder: certificate", "Certificates", "Configuration"]
    assert (plain.ask("GET", "before"), plain.process) == ("kept", process)
    with pytest.raises(redis.ConnectionError, match="refused"):
        ask_plain("PING")
    again = plain.deploy()
    assert (again.exit_code, again.changed) == (0, []), again.output
    restart(plain)
    assert plain.ask("GET", "before") == "kept"

    process, back = plain.process, plain.practice.deploy("--json")
    assert (back.exit_code, without_jobs(back.changed)) == (0, ["Configuration"]), back.output
    assert (ask_plain("GET", "before"), plain.process) == ("kept", process)
    with pytest.raises(redis.ConnectionError, match="refused"):
        plain.ask("PING")
    again = plain.practice.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


def without_jobs(changed: list[str]) -> list[str]:
    """Return what changed but for the jobs on the host, which are told of the new port and of their users."""
    return [name for name in changed if not name.startswith(("Settings: ", "Password: "))]


def restart(encryption: Encryption) -> None:
    restart_win_service(encryption.machine, name="Memurai", timeout_seconds=WAIT_SECONDS)
    wait_until(lambda: answers(encryption), "the server to answer after its restart")


def answers(encryption: Encryption) -> bool:
    try:
        return bool(encryption.ask("PING"))
    except redis.ConnectionError:
        return False


def test_the_plan_changes_nothing_and_shows_no_key(plain: Encryption) -> None:
    shutil.rmtree(plain.on_host("key").parent, ignore_errors=True)
    before = snapshot(plain.machine)
    plan = plain.practice.plan(inventory=plain.inventory())
    assert plan.exit_code == 0, plan.output
    for line in ("+ <secret, changed>", "put the new file", "+ tls-port 6380", "- port 6379", "+ port 0"):
        assert line in plan.output
    after = snapshot(plain.machine)
    assert [path for path in after if "/config" in path and before.get(path) != after[path]] == []
    assert ask_plain("PING")


def test_only_a_client_that_can_verify_the_server_talks_to_it(encrypted: Encryption) -> None:
    assert encrypted.ask("PING")
    stranger = encrypted.folder / "stranger"
    stranger.mkdir()
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        encrypted.ask("PING", ca=CertificateAuthority(stranger).certificate)
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        encrypted.ask("PING", ssl_ca_certs=None)
    with pytest.raises(redis.ConnectionError), redis.Redis(host=ADDRESS, port=PORT, password=CANARY) as unencrypted:
        unencrypted.ping()


def test_a_certificate_of_another_name_is_noticed_by_the_client(encrypted: Encryption) -> None:
    encrypted.renew(address=f"{NETWORK}.99")
    assert encrypted.deploy().exit_code == 0
    with pytest.raises(redis.ConnectionError, match="IP address mismatch"):
        encrypted.ask("PING")
    encrypted.renew()


def test_a_renewed_certificate_is_taken_without_a_restart_and_fails_no_request(encrypted: Encryption) -> None:
    process, before = encrypted.process, encrypted.presented()
    new = encrypted.renew()
    with Writer(encrypted) as writer:
        run = encrypted.deploy()
        written = writer.writes
        wait_until(lambda: writer.writes > written, "writes after the change")
    assert (run.exit_code, run.changed) == (0, ["Certificates"]), run.output
    assert writer.failures == []
    assert before != encrypted.presented() == new.certificate.read_text()
    assert encrypted.process == process
    again = encrypted.deploy()
    assert (again.exit_code, again.changed) == (0, []), again.output


class Writer:
    """A client that writes all the time, each time with a new connection."""

    def __init__(self, encryption: Encryption) -> None:
        self.writes = 0
        self.failures: list[str] = []
        self._encryption = encryption
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._encryption.ask("INCR", "written")
                self.writes += 1
            except redis.RedisError as error:
                self.failures.append(str(error))

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self.writes > 0, "the first write")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_certificates_of_another_authority_are_taken_without_a_restart(encrypted: Encryption) -> None:
    process = encrypted.process
    encrypted.change_authority()
    encrypted.renew()
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        encrypted.ask("PING")
    run = encrypted.practice.run("pyinfra", encrypted.inventory(), "tasks/certificates.py", "-y", "--json")
    assert (run.exit_code, run.changed) == (0, ["Certificates"]), run.output
    assert (encrypted.ask("PING"), encrypted.process) == (True, process)


def test_a_run_that_was_ended_half_way_is_completed_by_the_next(encrypted: Encryption) -> None:
    """The files are swapped, the server has not read them yet: what is left when the host's part is cut there."""
    for name in ON_HOST:
        shutil.copy(encrypted.on_host(name), f"{encrypted.on_host(name)}.last-known-good")
    encrypted.change_authority()
    new = encrypted.renew()
    for name, path in encrypted.local.items():
        shutil.copy(path, encrypted.on_host(name))
    assert encrypted.presented() != new.certificate.read_text()
    run = encrypted.deploy()
    assert (run.exit_code, run.changed) == (0, ["Certificates"]), run.output
    assert encrypted.presented() == new.certificate.read_text()
    assert sorted(path.name for path in encrypted.on_host("key").parent.iterdir()) == [
        "ca.crt",
        "server.crt",
        "server.key",
    ]


def test_files_that_somebody_changed_or_removed_come_back(encrypted: Encryption) -> None:
    process = encrypted.process
    encrypted.on_host("ca").unlink()
    encrypted.on_host("certificate").write_text("somebody's")
    run = encrypted.deploy()
    assert (run.exit_code, run.changed) == (0, ["Certificates"]), run.output
    assert encrypted.on_host("ca").read_bytes() == encrypted.local["ca"].read_bytes()
    assert (encrypted.ask("PING"), encrypted.process) == (True, process)


def test_a_wrong_certificate_refuses_the_host_before_anything_is_touched(encrypted: Encryption) -> None:
    before, presented = snapshot(encrypted.machine), encrypted.presented()
    other = encrypted.authority.issue("another", ADDRESS)
    good = encrypted.local["key"].read_bytes()
    encrypted.local["key"].write_bytes(other.key.read_bytes())
    run = encrypted.practice.deploy(inventory=encrypted.inventory())
    alone = encrypted.practice.run("pyinfra", encrypted.inventory(), "tasks/certificates.py", "-y")
    encrypted.local["key"].write_bytes(good)
    for refused in (run, alone):
        assert refused.exit_code == 1
        assert "memurai_tls.key: expected the private key of" in refused.output
    after = snapshot(encrypted.machine)
    assert [path for path in after if "/config" in path and before.get(path) != after[path]] == []
    assert encrypted.presented() == presented


def test_what_the_trial_refuses_leaves_the_running_server_alone(plain: Encryption) -> None:
    process = plain.process
    run = plain.deploy({"memurai_extra": {"directives": {"tls-protocols": "TLSv9"}}})
    assert run.exit_code == 1
    assert "All that was done was undone" in run.output, run.output
    assert (ask_plain("PING"), plain.process) == (True, process)


def test_clients_need_a_certificate_where_that_is_asked(encrypted: Encryption) -> None:
    process = encrypted.process
    run = encrypted.deploy(client_certificates="yes")
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    with pytest.raises(redis.ConnectionError):
        encrypted.ask("PING")
    own = encrypted.authority.issue(f"client{encrypted.issued}", ADDRESS, for_clients=True)
    certificate = {"ssl_certfile": str(own.certificate), "ssl_keyfile": str(own.key)}
    assert encrypted.ask("PING", **certificate)
    new = encrypted.renew()
    renewed = encrypted.deploy(client_certificates="yes")
    assert (renewed.exit_code, renewed.changed) == (0, ["Certificates"]), renewed.output
    assert encrypted.ask("PING", **certificate)
    assert encrypted.process == process
    assert new.certificate.read_bytes() == encrypted.on_host("certificate").read_bytes()


def test_users_and_renewed_certificates_go_together(encrypted: Encryption) -> None:
    inventory = encrypted.inventory({"memurai_users": {"enabled": True, "default_user": "password"}})
    run = encrypted.practice.deploy("--json", inventory=inventory, **USER_SECRETS)
    assert (run.exit_code, without_jobs(run.changed)) == (0, ["Users", "Configuration"]), run.output
    new, process = encrypted.renew(), encrypted.process
    renewed = encrypted.practice.deploy("--json", inventory=inventory, **USER_SECRETS)
    assert (renewed.exit_code, renewed.changed) == (0, ["Certificates"]), renewed.output
    assert (encrypted.presented(), encrypted.process) == (new.certificate.read_text(), process)
    assert encrypted.ask("ACL", "WHOAMI") == "default"


def test_the_password_changes_over_encrypted_connections(encrypted: Encryption) -> None:
    task = ("pyinfra", encrypted.inventory(), "tasks/rotate_password.py", "-y", "--json")
    begun = encrypted.practice.run(*task, environment={"MEMURAI_LAB_PASSWORD": NEW_PASSWORD})
    assert begun.exit_code == 0, begun.output
    assert encrypted.ask("PING", password=NEW_PASSWORD)
    assert encrypted.ask("PING")
    given_up = encrypted.practice.run(*task, "--data", "drop_password=new")
    assert given_up.exit_code == 0, given_up.output
    with pytest.raises(redis.AuthenticationError):
        encrypted.ask("PING", password=NEW_PASSWORD)


def test_both_ports_are_open_where_that_is_asked(encrypted: Encryption) -> None:
    run = encrypted.deploy(plain_port=True)
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    assert (ask_plain("PING"), encrypted.ask("PING")) == (True, True)


def test_the_verification_proves_it(encrypted: Encryption) -> None:
    run = encrypted.practice.run(
        "pytest", "tests/verify", "--inventory", encrypted.inventory(), "--disruptive", "-p", "no:cacheprovider"
    )
    assert run.exit_code == 0, run.output
    assert re.search(r"lab1: (\d+) of \1 proven", run.output), run.output


def test_no_key_is_printed_or_written_but_where_it_belongs(everything: Encryption) -> None:
    """After the tests above: all that their runs printed, and every file they left."""
    assert len(everything.keys) > 1
    lines = {line for key in everything.keys for line in key.splitlines() if not line.startswith("-----")}
    printed = "".join(everything.practice.outputs)
    assert not [number for number, line in enumerate(sorted(lines)) if line in printed]
    assert not [secret for secret in (CANARY, CONFIG_COMMAND) if secret in printed]
    drive = everything.machine.root / "C:"
    texts = {path: path.read_bytes().decode(errors="replace") for path in drive.rglob("*") if path.is_file()}
    holders = {str(path.relative_to(drive)) for path, text in texts.items() if any(line in text for line in lines)}
    assert holders == {ON_HOST["key"]}
