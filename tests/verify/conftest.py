"""Verification after a deploy: `pytest tests/verify --inventory inventories/prod.py`.

The hosts are those of the pyinfra inventory, reached by the same connector with the same credentials. The tests ask the
host, not the deploy. With --disruptive they also restart the service: not for a server that is in use.
"""

# pyinfra's command line works with gevent, which must come before everything else that opens sockets.
from gevent import monkey

monkey.patch_all()

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
import testinfra.backend  # noqa: E402
from inventory_backend import Hosts, InventoryBackend, short_name  # noqa: E402
from living_set import LivingSet  # noqa: E402
from pyinfra.api import Host  # noqa: E402
from pyinfra.api.exceptions import ConnectError  # noqa: E402
from report import Report, host_name  # noqa: E402
from server import ServerOnHost  # noqa: E402

from memurai import host_settings  # noqa: E402
from memurai.exceptions import SettingsError, TopologyError  # noqa: E402
from memurai.settings import Settings  # noqa: E402

HOSTS = pytest.StashKey[Hosts]()
UNSETTLED = "it is not certain which member is the set's primary: see the failure about its Sentinels' majority"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("verify")
    group.addoption("--inventory", help="pyinfra inventory whose hosts are verified, e.g. inventories/prod.py")
    group.addoption("--json", type=Path, help="path of a file that gets the report as JSON too; JUnit: --junitxml")
    group.addoption("--disruptive", action="store_true", help="also restart the service to prove that data survives")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "member: about members of a set, and left out of other hosts' verification")
    inventory = config.getoption("--inventory")
    if not inventory:
        raise pytest.UsageError("verification needs to know its hosts: add --inventory inventories/prod.py")
    hosts = config.stash[HOSTS] = Hosts(inventory)
    InventoryBackend.hosts = hosts
    testinfra.backend.BACKENDS[InventoryBackend.NAME] = "inventory_backend.InventoryBackend"
    config.option.hosts = ",".join(hosts.specifications())
    config.pluginmanager.register(Report(inventory, hosts.obstacles, config.getoption("--json")), "verification-report")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about members of a set where a server stands alone."""
    hosts = config.stash[HOSTS]
    left_out = [item for item in items if item.get_closest_marker("member") and not hosts.is_member(host_name(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is left of a host that can't be verified at all: one reason is enough, and one attempt to sign in."""
    name = host_name(item)
    if name in item.config.stash[HOSTS].obstacles:
        pytest.skip(f"nothing of {name} can be asked: see the failure of its first check")


def pytest_unconfigure(config: pytest.Config) -> None:
    if HOSTS in config.stash:
        config.stash[HOSTS].disconnect()


@pytest.fixture
def hosts(request: pytest.FixtureRequest) -> Hosts:
    """All hosts of this verification."""
    return request.config.stash[HOSTS]


@pytest.fixture
def windows(host: testinfra.host.Host, hosts: Hosts) -> Host:
    """The pyinfra host behind testinfra's: it reads facts."""
    try:
        return hosts.named(host.backend.get_hostname())
    except ConnectError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def settings(windows: Host, hosts: Hosts) -> Settings:
    """What the host is to be."""
    found = host_settings.load(windows)
    if isinstance(found, SettingsError):
        hosts.obstacles[short_name(windows)] = reason = "; ".join(found.problems)
        pytest.fail(reason, pytrace=False)
    return found


@pytest.fixture
def silent_server(windows: Host, settings: Settings) -> ServerOnHost:
    """The server on the host, asked through its own command line client, whether it answers or not."""
    return ServerOnHost(windows, settings)


@pytest.fixture
def server(windows: Host, silent_server: ServerOnHost, hosts: Hosts) -> ServerOnHost:
    """The same, which answers: of one that does not, one reason is enough, and no answer proves nothing."""
    name = short_name(windows)
    if name in hosts.silent:
        pytest.skip("the server does not answer with the password: see the failure of its first check")
    if (answer := silent_server.ask("PING")) != "PONG":
        hosts.silent.add(name)
        pytest.fail(
            f"expected PONG from the server of {name} in answer to PING with the password, found: {answer}. "
            "tasks/diagnose.py says what its service and its log tell.",
            pytrace=False,
        )
    return silent_server


@pytest.fixture
def living_set(windows: Host, settings: Settings, hosts: Hosts) -> LivingSet:  # noqa: ARG001  # refused data first
    """The set of the host, whose primary is certain: of one that has none, one reason a host is enough."""
    name = short_name(windows)
    if name in hosts.unsettled:
        pytest.skip(UNSETTLED)
    try:
        return hosts.living_set(windows)
    except TopologyError as error:
        hosts.unsettled.add(name)
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def writable(windows: Host, server: ServerOnHost, settings: Settings, hosts: Hosts) -> ServerOnHost:
    """The server that takes the writes which reach the host's own: that one, or the primary of its set."""
    if not settings.replication.enabled:
        return server
    try:
        found = hosts.living_set(windows)
    except TopologyError:
        pytest.skip(UNSETTLED)
    return ServerOnHost(hosts.named(found.primary), found.settings[found.primary])


@pytest.fixture
def disruptive(request: pytest.FixtureRequest) -> None:
    """Skip, unless the service may be restarted."""
    if not request.config.getoption("--disruptive"):
        pytest.skip("restarts the service: give --disruptive where that is allowed")
