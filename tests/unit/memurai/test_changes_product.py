"""What installs another version under running servers, and what removes it, as lists of steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from change_drill import prove
from practice import PASSWORD
from server_model import ModelService, ServerHost

from memurai.changes.product import KeptPackage, Member, Removal, Upgrade, removed, upgraded
from memurai.data.place import DataPlace
from memurai.instance import Instance
from memurai.server import Server
from memurai.settings import Settings
from winfra.secrets import hidden

FORMER, NEW = KeptPackage("4.2.2", "C:\\i\\4.2.2.msi", "a" * 64), KeptPackage("4.3.0", "C:\\i\\4.3.0.msi", "b" * 64)
CODE = "{F2A9D7C4-5E0B-4B7E-9D1C-3A6E8B90C15D}"
PLACE = DataPlace("C:\\own\\data", "dump.rdb", "appendonlydir", "appendonly.aof", appendonly=False)
OWN = Member(
    service="Memurai",
    configuration="C:\\own\\config\\memurai-production.conf",
    server=Server("C:\\cli.exe", "127.0.0.1", 6379, hidden(PASSWORD)),
    place=PLACE,
    start_type="Automatic",
    is_running=True,
    aside="C:\\aside",
    timeout_seconds=30,
)
BESIDE = replace(
    OWN,
    service="Beside",
    configuration="C:\\beside\\config\\memurai-production.conf",
    start_type="Manual",
    aside="C:\\aside-of-Beside",
)
SENTINEL = replace(BESIDE, service="Sentinel", configuration="C:\\s\\sentinel.conf", server=None, place=None)


@pytest.fixture
def upgrade(settings: Settings) -> Upgrade:
    return Upgrade(Instance.of(settings), (OWN, BESIDE, SENTINEL), "Memurai*", CODE, FORMER, NEW)


def test_all_servers_save_before_one_stops_and_the_product_changes_while_none_can_start(upgrade: Upgrade) -> None:
    steps = upgraded(upgrade).steps
    assert [step.why for step in steps] == [
        "see that nothing else runs on it",
        *("have Memurai save", "have Beside save"),
        *("save and stop Memurai", "save and stop Beside", "save and stop Sentinel"),
        *(f"keep {name} from starting" for name in ("Memurai", "Beside", "Sentinel")),
        *("put the data of Memurai aside", "put the data of Beside aside"),
        "install 4.3.0",
        *(f"let {name} start" for name in ("Memurai", "Beside", "Sentinel")),
        *(f"start {name}" for name in ("Memurai", "Beside", "Sentinel")),
    ]
    undos = [step.undo.function for step in reversed(steps) if step.undo]
    assert undos == [
        *("Stop-WinHungService", "Stop-MemuraiHungServer", "Stop-MemuraiHungServer") * 2,
        "Restore-MemuraiProduct",
        *["Restore-MemuraiData"] * 2,
        *["Set-WinService"] * 3,
        *("Start-WinService", "Start-MemuraiServer", "Start-MemuraiServer"),
    ]
    assert [step.undo.function for step in steps if step.is_barrier and step.undo] == [
        *["Restore-MemuraiData"] * 2,
        "Restore-MemuraiProduct",
        *("Stop-MemuraiHungServer", "Stop-MemuraiHungServer", "Stop-WinHungService") * 2,
    ]
    types = [step.do.parameters["StartType"] for step in steps if step.do.function == "Set-WinService"]
    assert types == [*["Disabled"] * 3, "Automatic", "Manual", "Manual"]


def test_a_server_that_does_not_run_is_started_on_the_new_version_and_left_alone_on_the_way_back(
    upgrade: Upgrade,
) -> None:
    steps = upgraded(replace(upgrade, members=(replace(OWN, is_running=False),))).steps
    assert "have Memurai save" not in [step.why for step in steps]
    assert [step.do.function for step in steps if step.undo is None] == ["Assert-MemuraiProduct", "Stop-MemuraiServer"]
    assert steps[-1].why == "start Memurai"


def test_no_other_change_of_the_product_or_of_one_of_the_servers_runs_meanwhile(upgrade: Upgrade) -> None:
    change = upgraded(upgrade)
    product = f"{upgrade.instance.product}-changes"
    assert (change.folder, change.around) == (upgrade.instance.changes, (product, "C:\\beside\\config\\changes"))
    call, folders = change.call, []
    while call["Function"] == "Invoke-WinChange" if isinstance(call, dict) else True:
        parameters = call["Parameters"] if isinstance(call, dict) else call.parameters
        folders.append(parameters["Folder"])
        call = parameters["Steps"][0]["Do"]
    assert folders == [*change.around, change.folder]
    assert change.call.connector_arguments["_timeout"] == change.longest_seconds
    assert PASSWORD in change.call.secrets
    assert PASSWORD not in "\n".join(change.lines())


@pytest.mark.parametrize("kept", [FORMER, None])
def test_what_can_not_be_undone_of_a_removal_says_so(settings: Settings, kept: KeptPackage | None) -> None:
    removal = Removal(
        instance=Instance.of(settings),
        name="Memurai Developer 4.2.2",
        product="Memurai*",
        product_code=CODE,
        version="4.2.2",
        kept=kept,
        license_file="C:\\licence.txt",
        logs="C:\\logs",
    )
    change = removed(removal)
    assert [step.do.function for step in change.steps] == ["Assert-MemuraiProduct", "Uninstall-WinPackage"]
    assert ("this can't be undone" in change.lines()[2]) is (kept is None)
    assert (change.steps[1].undo is None) is (kept is None)
    # Without one a product that is still there may not start.
    assert [item.do.function for item in change.afterwards] == ["Remove-WinItem"]


def test_it_is_all_or_nothing_for_all_servers_wherever_it_ends(upgrade: Upgrade) -> None:
    members = (OWN, replace(BESIDE, place=replace(PLACE, folder="C:\\beside\\data")))
    services = {
        "Memurai": ModelService("C:\\own\\data", "Automatic"),
        "Beside": ModelService("C:\\beside\\data", "Manual"),
    }
    folders = {service.folder: {"dump.rdb": name} for name, service in services.items()}
    done = prove(upgraded(replace(upgrade, members=members)), ServerHost(services, folders))
    assert (done.version, done.services) == ("new", services)
