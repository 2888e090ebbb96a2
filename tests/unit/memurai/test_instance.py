"""Names, paths and access lists on a host."""

import re
from datetime import UTC, datetime
from typing import Self

import pytest
from member_practice import member, set_secrets

from memurai import folders, jobs
from memurai.instance import Instance
from memurai.settings import Settings, from_host_data
from winfra.security import ADMINISTRATORS, NETWORK_SERVICE, SYSTEM, Rights, service_sid


def rights(settings: Settings) -> dict[str, dict[str, Rights]]:
    return {
        folder.what: {e.sid: Rights(e.rights) for e in folder.access.entries} for folder in folders.folders(settings)
    }


def test_the_service_runs_on_the_production_configuration(settings: Settings) -> None:
    assert Instance.of(settings).image_path == (
        r'"C:\Program Files\Memurai\memurai.exe" --service-run --service-name Memurai '
        r'"C:\ProgramData\Memurai\config\memurai-production.conf"'
    )


def test_each_folder_is_for_those_who_need_it(settings: Settings) -> None:
    administrative = {SYSTEM: Rights.FULL_CONTROL, ADMINISTRATORS: Rights.FULL_CONTROL}
    service = service_sid("Memurai")
    assert rights(settings) == {
        "base": {**administrative, service: Rights.READ_AND_EXECUTE},
        "configuration": {**administrative, service: Rights.MODIFY},
        "data": {**administrative, service: Rights.MODIFY},
        "log": {**administrative, service: Rights.MODIFY},
        "installer": administrative,
        "backup": administrative,
        "job": administrative,
    }


def test_the_private_key_is_for_the_service_to_read(settings: Settings) -> None:
    folder, files = folders.tls_folder(settings), Instance.of(settings).tls_files
    assert files.key == f"{folder.path}/server.key"
    assert {entry.sid: Rights(entry.rights) for entry in folder.access.entries} == {
        SYSTEM: Rights.FULL_CONTROL,
        ADMINISTRATORS: Rights.FULL_CONTROL,
        service_sid("Memurai"): Rights.READ_AND_EXECUTE,
    }
    assert not folder.access.inheritance


@pytest.mark.parametrize(
    ("service", "account"),
    [({}, service_sid("Memurai-Sentinel")), ({"account": r"NT AUTHORITY\NetworkService"}, NETWORK_SERVICE)],
)
def test_a_sentinel_has_a_folder_and_an_account_of_its_own(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, service: dict[str, object], account: str
) -> None:
    """Its folder is not the server's to write; what both need they both may read."""
    set_secrets(monkeypatch)
    alone = from_host_data("cache1", {**host_data, "memurai_service": service})
    settings = member(host_data, "127.77.0.9", service=service)
    found, without = rights(settings), rights(alone)
    administrative = {SYSTEM: Rights.FULL_CONTROL, ADMINISTRATORS: Rights.FULL_CONTROL}
    assert found.pop("sentinel") == {**administrative, account: Rights.MODIFY}
    assert found == {**without, "base": {**without["base"], account: Rights.READ_AND_EXECUTE}}
    tls = {entry.sid: Rights(entry.rights) for entry in folders.tls_folder(settings).access.entries}
    assert tls[account] == Rights.READ_AND_EXECUTE
    assert set(tls) == set(found["base"])
    assert "sentinel/" in folders.base_names(settings)
    # The host itself undoes a change of it that nobody ends.
    *_, health = jobs.jobs(settings)
    assert health.values["ChangeFolders"] == [
        "C:/Program Files/Memurai-changes",
        "C:/ProgramData/Memurai/config/changes",
        "C:/ProgramData/Memurai/sentinel/changes",
    ]
    assert "sentinel/" not in folders.base_names(alone)


def test_the_plain_port_is_closed_unless_it_is_asked_for(host_data: dict[str, object]) -> None:
    given = [{}, {"enabled": True}, {"enabled": True, "plain_port": True}]
    found = [Instance.of(from_host_data("cache1", {**host_data, "memurai_tls": tls})).open_ports for tls in given]
    assert found == [(6379,), (6380,), (6379, 6380)]


def test_the_access_follows_the_account(host_data: dict[str, object]) -> None:
    service = {"account": r"nt authority\networkservice"}
    assert NETWORK_SERVICE in rights(from_host_data("cache1", {**host_data, "memurai_service": service}))["data"]
    named = from_host_data("cache1", {**host_data, "memurai_service": {"name": "Sessions"}})
    assert named.service.account == r"NT SERVICE\Sessions"
    assert service_sid("Sessions") in rights(named)["data"]
    assert Instance.of(named).firewall_rule == "Sessions-Clients-In"


def test_folders_come_after_those_around_them(settings: Settings) -> None:
    paths = [folder.path for folder in folders.folders(settings)]
    assert paths[0] == settings.storage.base
    assert len(set(paths)) == 7


class StoppedClock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: object = None) -> Self:  # noqa: ARG003  # it is in UTC
        return cls(2026, 11, 26, 2, tzinfo=UTC)


def test_folders_in_which_data_is_put_aside_at_one_moment_have_names_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folders, "datetime", StoppedClock)
    stamps = [folders.new_stamp() for _ in range(18)]
    assert len(set(stamps)) == len(stamps)
    assert all(re.fullmatch(r"20261126T020000Z-[0-9a-f]{8}", item) for item in stamps)
