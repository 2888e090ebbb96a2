"""What a host is refused for."""

import hashlib
from pathlib import Path

import pytest
from member_practice import member, set_secrets

from memurai.checks import host
from memurai.sentinel import listened_ports
from memurai.settings import Settings, from_host_data
from winfra.facts.files import ItemState
from winfra.facts.host import HostSummaryState
from winfra.facts.network import Listener
from winlab.package import build

GIBIBYTE = 1024**3


@pytest.fixture
def summary() -> HostSummaryState:
    """Return a host that has just enough for 2 GiB of data."""
    return {
        "computer_name": "CACHE1",
        "operating_system": "Microsoft Windows Server 2022 Standard",
        "operating_system_version": "10.0.20348",
        "power_shell_version": "5.1.20348.1",
        "user_name": r"CACHE1\Administrator",
        "user_sid": "S-1-5-21-1-2-3-500",
        "elevated": True,
        "processor_count": 2,
        "memory_bytes": 4 * GIBIBYTE,
        "memory_free_bytes": GIBIBYTE,
        "volumes": [{"root": "C:\\", "size_bytes": 50 * GIBIBYTE, "free_bytes": 6 * GIBIBYTE}],
        "pending_reboot": False,
        "pending_reboot_reasons": [],
        "last_boot_time_utc": "2026-01-01T00:00:00.0000000Z",
    }


def item(kind: str, path: str = r"C:\x") -> ItemState:
    return {"path": path, "kind": kind, "size_bytes": None, "last_write_time_utc": None, "sha256": None}  # type: ignore[typeddict-item]


def test_a_host_with_just_enough_is_taken(settings: Settings, summary: HostSummaryState) -> None:
    assert list(host.host_problems(settings, summary, item("Absent"))) == []


@pytest.mark.parametrize(
    ("change", "expected", "found"),
    [
        ({"elevated": False}, "expected an elevated administrator", r"CACHE1\Administrator"),
        ({"power_shell_version": "5.0.10586.117"}, "expected Windows PowerShell 5.1", "5.0.10586.117"),
        ({"operating_system_version": "6.3.9600"}, "expected Windows Server 2016", "6.3.9600"),
        ({"memory_bytes": 4 * GIBIBYTE - 1}, "at least 4.00 GiB of memory (2 x 2gb", "found 3.99 GiB"),
        ({"memory_bytes": 3 * GIBIBYTE}, "at least 4.00 GiB of memory (2 x 2gb", "found 3.00 GiB"),
        ({"volumes": []}, "expected a fixed drive C:", "found none"),
        (
            {"volumes": [{"root": "C:\\", "size_bytes": 1, "free_bytes": 6 * GIBIBYTE - 1}]},
            "at least 6.00 GiB free on C: (3 x 2gb",
            "found 5.99 GiB",
        ),
    ],
)
def test_a_host_that_lacks_something_is_refused_with_figures(
    settings: Settings, summary: HostSummaryState, change: dict[str, object], expected: str, found: str
) -> None:
    lacking: HostSummaryState = {**summary, **change}  # type: ignore[typeddict-item]
    (problem,) = host.host_problems(settings, lacking, item("Absent"))
    assert expected in problem
    assert found in problem


def test_every_lack_is_named_at_once(settings: Settings, summary: HostSummaryState) -> None:
    lacking: HostSummaryState = {**summary, "elevated": False, "memory_bytes": 1, "volumes": []}
    assert len(list(host.host_problems(settings, lacking, item("Absent")))) == 3


def test_a_host_that_has_its_data_already_needs_less_room(settings: Settings, summary: HostSummaryState) -> None:
    used: HostSummaryState = {**summary, "volumes": [{"root": "C:\\", "size_bytes": 1, "free_bytes": 2 * GIBIBYTE}]}
    assert list(host.host_problems(settings, used, item("Directory"))) == []
    assert len(list(host.host_problems(settings, used, item("Absent")))) == 1


def listener(address: str, *services: str) -> Listener:
    return {"address": address, "process_id": 7, "process_name": "other", "services": list(services)}


@pytest.mark.parametrize(
    ("found", "refused"),
    [
        (listener("127.0.0.1"), True),
        (listener("0.0.0.0"), True),  # noqa: S104
        (listener("::"), True),
        (listener("127.0.0.1", "Redis"), True),
        (listener("127.0.0.1", "memurai"), False),
        (listener("10.0.0.9"), False),
    ],
)
def test_a_port_is_taken_only_by_strangers_at_our_address(settings: Settings, found: Listener, refused: bool) -> None:
    problems = list(host.port_problems(settings, {"port": 6379, "listeners": [found]}))
    assert bool(problems) is refused
    assert not refused or "process 7" in problems[0]


@pytest.mark.parametrize(("port", "key"), [(6379, "memurai_network.port"), (6380, "memurai_tls.port")])
def test_a_taken_port_is_named_by_its_setting(host_data: dict[str, object], port: int, key: str) -> None:
    settings = from_host_data("cache1", {**host_data, "memurai_tls": {"enabled": True, "plain_port": True}})
    (problem,) = host.port_problems(settings, {"port": port, "listeners": [listener("127.0.0.1")]})
    assert problem.startswith(f"{key}: expected {port} to be free")


@pytest.mark.parametrize(("service", "refused"), [("memurai-sentinel", False), ("Memurai", True)])
def test_the_port_of_the_sentinel_is_its_own(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, service: str, *, refused: bool
) -> None:
    set_secrets(monkeypatch)
    settings = member(host_data, "127.77.0.9")
    assert listened_ports(settings) == (6379, 26379)
    found = list(host.port_problems(settings, {"port": 26379, "listeners": [listener("127.77.0.9", service)]}))
    assert bool(found) is refused
    assert not refused or found[0].startswith(
        "memurai_replication.sentinel_port: expected 26379 to be free or the service Memurai-Sentinel's, found"
    )


def test_a_server_that_listens_everywhere_meets_every_listener(host_data: dict[str, object]) -> None:
    network = {"bind": ["0.0.0.0"], "allowed_addresses": ["10.0.4.0/24"]}  # noqa: S104
    settings = from_host_data("cache1", {**host_data, "memurai_network": network})
    assert list(host.port_problems(settings, {"port": 6379, "listeners": [listener("10.0.0.9")]}))


def test_the_installer_must_be_the_pinned_one(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "memurai.msi"
    package = settings.package.model_copy(update={"source": str(source), "license_file": str(tmp_path / "licence.txt")})
    missing = list(host.package_problems(package))
    assert [problem.split(":")[0] for problem in missing] == ["memurai_package.source", "memurai_package.license_file"]
    source.write_bytes(b"another")
    (tmp_path / "licence.txt").write_text("licence")
    (problem,) = host.package_problems(package)
    assert hashlib.sha256(b"another").hexdigest() in problem
    assert package.sha256 in problem
    no_package = package.model_copy(update={"sha256": hashlib.sha256(b"another").hexdigest()})
    (problem,) = host.package_problems(no_package)
    assert problem.startswith(f"memurai_package.version: {source}: expected a Windows Installer package, found")
    build(package.version, source)
    pinned = package.model_copy(update={"sha256": hashlib.sha256(source.read_bytes()).hexdigest()})
    assert not list(host.package_problems(pinned))
    (problem,) = host.package_problems(pinned.model_copy(update={"version": "9.9.9"}))
    assert problem.startswith(f"memurai_package.version: expected version 9.9.9 in {source}, found {package.version}.")


def test_the_memory_of_all_instances_on_the_host_counts(settings: Settings, summary: HostSummaryState) -> None:
    enough: HostSummaryState = {**summary, "memory_bytes": 8 * GIBIBYTE}
    assert list(host.host_problems(settings, enough, item("Absent"), others=[settings])) == []
    (problem,) = host.host_problems(settings, summary, item("Absent"), others=[settings])
    assert "at least 8.00 GiB of memory (2 x (2gb + 2gb), all instances on this host" in problem


def test_the_data_that_an_upgrade_puts_aside_needs_room(
    host_data: dict[str, object], settings: Settings, summary: HostSummaryState
) -> None:
    used: HostSummaryState = {**summary, "volumes": [{"root": "C:\\", "size_bytes": 1, "free_bytes": 4 * GIBIBYTE}]}
    assert list(host.host_problems(settings, used, item("Directory"), aside_bytes=GIBIBYTE)) == []
    (problem,) = host.host_problems(settings, used, item("Directory"), aside_bytes=GIBIBYTE + 1)
    assert (
        "memurai_storage.data: expected at least 4.00 GiB free on C: (1 x 2gb for snapshot and AOF, 2 x 1.00 GiB"
        in (problem)
    )
    elsewhere = from_host_data("cache1", {**host_data, "memurai_storage": {"backup": "D:/Backups"}})
    volumes = [*used["volumes"], {"root": "D:\\", "size_bytes": 1, "free_bytes": 2 * GIBIBYTE}]
    two: HostSummaryState = {**summary, "volumes": volumes}  # type: ignore[typeddict-item]
    assert list(host.host_problems(elsewhere, two, item("Directory"), aside_bytes=GIBIBYTE)) == []
    (problem,) = host.host_problems(elsewhere, two, item("Directory"), aside_bytes=GIBIBYTE + 1)
    assert problem.startswith("memurai_storage.backup: expected at least 2.00 GiB free on D:")
