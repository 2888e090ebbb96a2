"""A renewal of certificates, of another authority too, ended at each of its steps in each way."""

from __future__ import annotations

import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from drills_practice import KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, Practice, Run
from present_practice import fill

from winlab.certificates import CertificateAuthority

PORT = 6380
STEPS = {"certificates": 11}
ALWAYS = {("certificates", 10, Way.AGENT), ("certificates", 9, Way.UNDOING)}
ON_HOST = "C:/ProgramData/Memurai/config/tls"
NAMES = ("ca.crt", "server.crt", "server.key")


@dataclass
class Certificates:
    """The files on the control node, which are others with each drill.

    former: the folder of those that the host had before.
    """

    practice: Practice
    folder: Path
    number: int = 0

    @property
    def former(self) -> Path:
        return self.folder / str(self.number - 1)

    @property
    def new(self) -> Path:
        return self.folder / str(self.number)

    def begin(self) -> None:
        self.number += 1
        self.make()

    def make(self) -> None:
        """Make a new authority, and the server's certificate of it."""
        self.new.mkdir()
        authority = CertificateAuthority(self.new)
        issued = authority.issue("lab1", self.practice.machine.address, for_clients=True)
        for name, source in zip(NAMES, (authority.certificate, issued.certificate, issued.key), strict=True):
            shutil.copy(source, self.new / name)

    def inventory(self) -> str:
        ca, certificate, key = (str(self.new / name) for name in NAMES)
        tls = {"enabled": True, "plain_port": True, "ca": ca, "certificate": certificate, "key": key}
        return inventory(self.practice, memurai_tls=tls)

    def run(self) -> Run:
        return self.practice.run("pyinfra", self.inventory(), "tasks/certificates.py", "-y", "--json")

    def again(self) -> Run:
        return self.run()

    def assert_former(self) -> None:
        self._assert_shows(self.former)

    def assert_new(self) -> None:
        self._assert_shows(self.new)

    def _assert_shows(self, files: Path) -> None:
        """The server shows a certificate, and after its next start would show it too."""
        address, on_host = self.practice.machine.address, self.practice.machine.files
        assert ssl.get_server_certificate((address, PORT)) == (files / NAMES[1]).read_text()
        url, authorities = f"rediss://{address}:{PORT}", str(files / NAMES[0])
        with redis.Redis.from_url(url, password=CANARY, ssl_ca_certs=authorities) as connection:
            assert connection.dbsize() == KEYS
        assert sorted(on_host.names(ON_HOST)) == sorted(NAMES)
        for name in NAMES:
            assert on_host.read_bytes(f"{ON_HOST}/{name}") == (files / name).read_bytes()


@pytest.fixture(scope="module")
def certificates(deployed: Practice, tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    found = Certificates(deployed, tmp_path_factory.mktemp("certificates"))
    found.make()
    run = deployed.deploy(inventory=found.inventory())
    assert run.exit_code == 0, run.output
    fill(deployed, CANARY, KEYS)
    return found


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_it_is_ended_at_a_step(certificates: Certificates, drill: Drill) -> None:
    certificates.begin()
    carry_out(certificates, drill)
