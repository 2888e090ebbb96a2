"""Verification after a deploy: `pytest tests/verify --inventory inventories/prod.py`.

The hosts are those of the pyinfra inventory, reached by the same connector with the same credentials. The tests ask the
host, not the deploy. With --disruptive they also restart the service: not for a server that is in use.
"""

# pyinfra's command line works with gevent, which must come before everything else that opens sockets.
from gevent import monkey

monkey.patch_all()

import pytest  # noqa: E402
import testinfra.backend  # noqa: E402
from inventory_backend import Hosts, InventoryBackend  # noqa: E402
from pyinfra.api import Host  # noqa: E402
from report import Report  # noqa: E402
from server import ServerOnHost  # noqa: E402

from memurai import deployment  # noqa: E402
from memurai.settings import Settings  # noqa: E402

HOSTS = pytest.StashKey[Hosts]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("verify")
    group.addoption("--inventory", help="pyinfra inventory whose hosts are verified, e.g. inventories/prod.py")
    group.addoption("--disruptive", action="store_true", help="also restart the service to prove that data survives")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    inventory = config.getoption("--inventory")
    if not inventory:
        raise pytest.UsageError("verification needs to know its hosts: add --inventory inventories/prod.py")
    hosts = config.stash[HOSTS] = Hosts(inventory)
    InventoryBackend.hosts = hosts
    testinfra.backend.BACKENDS[InventoryBackend.NAME] = "inventory_backend.InventoryBackend"
    config.option.hosts = ",".join(hosts.specifications())
    config.pluginmanager.register(Report(inventory), "verification-report")


def pytest_unconfigure(config: pytest.Config) -> None:
    if HOSTS in config.stash:
        config.stash[HOSTS].disconnect()


@pytest.fixture
def windows(host: testinfra.host.Host) -> Host:
    """The pyinfra host behind testinfra's: it reads facts."""
    connected: Host = host.backend.connected_host()
    return connected


@pytest.fixture
def settings(windows: Host) -> Settings:
    """What the host is to be."""
    found = deployment.settings_of(windows)
    assert found is not None, "the host's data is refused: see the errors above"
    return found


@pytest.fixture
def server(windows: Host, settings: Settings) -> ServerOnHost:
    """The server on the host, asked through its own command line client."""
    return ServerOnHost(windows, settings)


@pytest.fixture
def disruptive(request: pytest.FixtureRequest) -> None:
    """Skip, unless the service may be restarted."""
    if not request.config.getoption("--disruptive"):
        pytest.skip("restarts the service: give --disruptive where that is allowed")
