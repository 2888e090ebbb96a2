"""What two instances on one host may not have in common."""

from typing import Any

import pytest
from member_practice import set_secrets

from memurai.checks import instances
from memurai.instance import Instance
from memurai.settings import Settings, from_host_data

FIRST: dict[str, Any] = {"service": {"name": "Memurai"}}
SECOND: dict[str, Any] = {
    "network": {"port": 6389},
    "service": {"name": "Memurai-second", "display_name": "Second", "trial_port": 16389},
    "storage": {"base": "C:/ProgramData/Second", "backup": "C:/Backups/Second"},
    "backup": {"rehearsal_port": 6398},
}


def settings(host_data: dict[str, object], *changes: dict[str, Any]) -> Settings:
    groups: dict[str, object] = dict(host_data)
    for change in changes:
        for name, values in change.items():
            present = groups.get(f"memurai_{name}", {})
            assert isinstance(present, dict)
            groups[f"memurai_{name}"] = {**present, **values}
    return from_host_data("cache1", groups)


def test_instances_that_have_their_own_of_everything_are_fine(host_data: dict[str, object]) -> None:
    first, second = settings(host_data, FIRST), settings(host_data, SECOND)
    assert list(instances.problems(first, {"second": second})) == []
    assert list(instances.problems(second, {"first": first})) == []
    assert Instance.of(first).firewall_rule != Instance.of(second).firewall_rule


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"service": {"name": "MEMURAI"}}, "service.name"),
        ({"service": {"display_name": "memurai"}}, "service.display_name"),
        ({"network": {"port": 6379}}, "network.port"),
        ({"network": {"port": 16379}}, "network.port"),
        ({"service": {"trial_port": 6379}}, "service.trial_port"),
        ({"backup": {"rehearsal_port": 6399}}, "backup.rehearsal_port"),
        ({"tls": {"enabled": True, "port": 16379}}, "tls.port"),
        ({"storage": {"backup": "C:/Backups/redis"}}, "storage.backup"),
        ({"storage": {"logs": "C:/ProgramData/Memurai/data"}}, "storage.logs"),
        ({"storage": {"logs": "C:/Backups/Redis/logs"}}, "storage.logs"),
        ({"storage": {"data": "C:/Backups", "backup": "D:/Backups"}}, "storage.data"),
        ({"package": {"version": "4.2.0"}}, "package.version"),
        ({"package": {"folder": "D:/Memurai"}}, "package.folder"),
    ],
)
def test_what_both_have_is_named_with_the_other_instance(
    host_data: dict[str, object], change: dict[str, Any], key: str
) -> None:
    first, second = settings(host_data, FIRST), settings(host_data, SECOND, change)
    problems = list(instances.problems(second, {"@winrm/first": first}))
    assert [problem.split(":")[0] for problem in problems] == [f"memurai_{key}"], problems
    assert "@winrm/first" in problems[0]


def test_a_sentinel_needs_a_port_of_its_own(host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    set_secrets(monkeypatch)
    group = {"replication": {"enabled": True, "first_primary": "cache1"}, "network": {"bind": ["127.77.0.9"]}}
    first, second = (settings(host_data, group, one) for one in (FIRST, SECOND))
    (problem,) = instances.problems(second, {"first": first})
    assert problem.startswith("memurai_replication.sentinel_port: expected a port that first on the same host")


def test_no_server_has_the_name_of_another_one_s_sentinel(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_secrets(monkeypatch)
    group = {"replication": {"enabled": True, "first_primary": "cache1"}, "network": {"bind": ["127.77.0.9"]}}
    named = {"service": {**SECOND["service"], "name": "MEMURAI-SENTINEL"}}
    first, second = settings(host_data, group, FIRST), settings(host_data, SECOND, named)
    for one, other in ((first, second), (second, first)):
        (problem,) = instances.problems(one, {"other": other})
        assert problem.startswith("memurai_service.name: expected one by which neither")
        assert problem.endswith("both have memurai-sentinel")


def test_a_rehearsal_that_never_comes_needs_no_port(host_data: dict[str, object]) -> None:
    silent = settings(host_data, SECOND, {"backup": {"enabled": False, "rehearsal_port": 6399}})
    assert list(instances.problems(silent, {"first": settings(host_data, FIRST)})) == []


def test_a_shared_base_folder_is_told_once(host_data: dict[str, object]) -> None:
    same = settings(host_data, SECOND, {"storage": {"base": "C:/ProgramData/Memurai"}})
    (problem,) = instances.problems(same, {"first": settings(host_data, FIRST)})
    assert problem.startswith("memurai_storage.base: expected a folder of its own")
