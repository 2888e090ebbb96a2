"""The example inventories and their data: they load, and they make settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from memurai.checks import instances
from memurai.exceptions import SettingsError
from memurai.settings import from_host_data

PROJECT = Path(__file__).parents[3]
ENVIRONMENTS = {
    "dev": (1, 20, 100, 256 * 2**20),
    "staging": (2, 60, 1000, 2**30),
    "prod": (4, 160, 10000, 2 * 2**30),
    "lab": (4, 160, 10000, 2 * 2**30),
}


def inventory(name: str, **variables: str) -> dict[str, dict[str, object]]:
    """Return the data of each host as pyinfra merges it."""
    program = (
        "import json, sys; from pyinfra_cli.inventory import make_inventory; from pyinfra.api import State;"
        "from pyinfra.context import ctx_state\n"
        "with ctx_state.use(State()): inventory = make_inventory(sys.argv[1], cwd='.')\n"
        "print(json.dumps({host.name: host.data.dict() for host in inventory}))"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("WINLAB_", "MEMURAI_"))}
    finished = subprocess.run(
        [sys.executable, "-c", program, f"inventories/{name}.py"],
        cwd=PROJECT,
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    hosts: dict[str, dict[str, object]] = json.loads(finished.stdout)
    return hosts


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the secrets of every environment."""
    for name in ENVIRONMENTS:
        monkeypatch.setenv(f"MEMURAI_{name.upper()}_PASSWORD", f"password-of-{name}-0123456789")
        monkeypatch.setenv(f"MEMURAI_{name.upper()}_CONFIG_COMMAND", f"CONFIG_of_{name}_0123456789")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_environment_has_its_figures_and_secrets(name: str) -> None:
    package = {"WINLAB_PACKAGE": "m.msi", "WINLAB_PACKAGE_SHA256": "0" * 64, "WINLAB_PACKAGE_VERSION": "4.1.2"}
    for host, data in inventory(name, **package).items():
        settings = from_host_data(host, data)
        application = settings.application
        figures = (
            application.workers,
            application.max_connections,
            application.target_users,
            settings.memory.maxmemory,
        )
        assert figures == ENVIRONMENTS[name]
        assert settings.security.password.get_secret_value() == f"env:MEMURAI_{name.upper()}_PASSWORD"
        assert not settings.network.is_remote
        assert data["winrm_user"]


def test_the_lab_has_as_many_hosts_as_asked_each_at_its_own_address() -> None:
    hosts = inventory("lab", WINLAB_HOSTS="3", WINLAB_CA_BUNDLE="lab/ca.pem")
    assert list(hosts) == ["@winrm/lab1", "@winrm/lab2", "@winrm/lab3"]
    assert [data["winrm_hostname"] for data in hosts.values()] == ["127.77.0.1", "127.77.0.2", "127.77.0.3"]
    assert hosts["@winrm/lab3"]["memurai_network"] == {"bind": ["127.77.0.3"]}
    assert hosts["@winrm/lab3"]["winrm_ca_bundle"] == "lab/ca.pem"


def test_the_instances_of_a_lab_have_nothing_in_common_but_their_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMURAI_LAB_SECOND_PASSWORD", "password-of-the-second-0123456789")
    package = {"WINLAB_PACKAGE": "m.msi", "WINLAB_PACKAGE_SHA256": "0" * 64, "WINLAB_PACKAGE_VERSION": "4.1.2"}
    (cache, cache_data), (sessions, sessions_data) = inventory("lab_instances", **package).items()
    assert cache_data["winrm_hostname"] == sessions_data["winrm_hostname"] == "127.77.0.1"
    settings = from_host_data(cache, cache_data)
    assert list(instances.problems(settings, {sessions: from_host_data(sessions, sessions_data)})) == []


def test_a_lab_without_its_variables_loads_and_says_what_is_missing() -> None:
    (data,) = inventory("lab").values()
    with pytest.raises(SettingsError) as raised:
        from_host_data("@winrm/lab1", data)
    keys = [problem.split(":")[0] for problem in raised.value.problems]
    assert keys == ["memurai_package.version", "memurai_package.source", "memurai_package.sha256"]
