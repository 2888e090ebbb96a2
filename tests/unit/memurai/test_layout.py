"""Names, paths and access lists on a host."""

from memurai import layout
from memurai.settings import Settings, from_host_data
from winfra.security import ADMINISTRATORS, NETWORK_SERVICE, SYSTEM, Rights, service_sid


def rights(settings: Settings) -> dict[str, dict[str, Rights]]:
    return {
        folder.what: {e.sid: Rights(e.rights) for e in folder.access.entries} for folder in layout.folders(settings)
    }


def test_the_service_runs_on_the_production_configuration(settings: Settings) -> None:
    assert layout.image_path(settings) == (
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


def test_the_access_follows_the_account(host_data: dict[str, object]) -> None:
    service = {"account": r"nt authority\networkservice"}
    assert NETWORK_SERVICE in rights(from_host_data("cache1", {**host_data, "memurai_service": service}))["data"]
    named = from_host_data("cache1", {**host_data, "memurai_service": {"name": "Sessions"}})
    assert named.service.account == r"NT SERVICE\Sessions"
    assert service_sid("Sessions") in rights(named)["data"]
    assert layout.firewall_rule(named) == "Sessions-Clients-In"


def test_folders_come_after_those_around_them(settings: Settings) -> None:
    paths = [folder.path for folder in layout.folders(settings)]
    assert paths[0] == settings.storage.base
    assert len(set(paths)) == 7
