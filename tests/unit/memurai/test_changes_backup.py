"""What gives a server the data of a backup, as a list of steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from change_drill import prove
from practice import PASSWORD
from server_model import ModelService, ServerHost

from memurai.changes.backup import Source, Target, needed_bytes, restored, restoring
from memurai.config import Document
from memurai.data.place import DataPlace
from memurai.endpoint import Endpoint
from memurai.facts.backups import Backup
from memurai.instance import Instance
from memurai.settings import Settings
from winfra.call import PowerShellCall
from winfra.change import Step

BACKUP = Backup(
    name="20260101T020000Z",
    taken_utc="2026-01-01T02:00:00.0000000Z",
    keys=7,
    size_bytes=300,
    has_append_only=False,
    rehearsal="passed",
    rehearsed_utc=None,
    is_age_known=True,
)
SOURCE = Source(BACKUP, "a" * 64, "b" * 64, 200)
PLACE = DataPlace("C:\\data", "dump.rdb", "appendonlydir", "journal.aof", appendonly=True)


@pytest.fixture
def target(settings: Settings) -> Target:
    return Target(
        instance=Instance.of(settings),
        endpoint=Endpoint.of(Document.of(f"bind 127.0.0.1\nport 6379\nrequirepass {PASSWORD}\nappendonly yes\n")),
        place=PLACE,
        start_type="Automatic",
        is_running=True,
        has_stage=False,
        stamp="stamp",
    )


def named(step: Step) -> tuple[str, str | None]:
    return step.do.function, step.undo.function if step.undo else None


def test_the_steps_and_what_undoes_them(target: Target) -> None:
    assert [named(step) for step in restored(SOURCE, target).steps] == [
        ("Assert-MemuraiBackup", None),
        ("New-WinDirectory", "Remove-WinItem"),
        ("Copy-WinFile", None),
        ("New-WinDirectory", None),
        ("Copy-WinFile", None),
        ("Write-WinFile", None),
        ("New-WinDirectory", None),
        ("Move-WinItem", "Remove-WinItem"),
        ("Remove-WinItem", None),
        ("Stop-MemuraiServer", "Start-MemuraiServer"),
        ("Set-WinService", "Set-WinService"),
        ("Move-MemuraiData", "Restore-MemuraiData"),
        ("Move-WinItem", None),
        ("Move-WinItem", None),
        ("Set-WinService", "Stop-MemuraiHungServer"),
        ("Start-MemuraiServer", "Stop-MemuraiHungServer"),
        ("Assert-MemuraiLoad", None),
    ]


def test_that_the_data_can_be_moved_aside_is_found_before_the_server_stops(target: Target) -> None:
    """It can't be where the folder of the data is a volume of its own (a mount point)."""
    steps = restored(SOURCE, target).steps
    before = steps[: next(number for number, step in enumerate(steps) if step.do.function == "Stop-MemuraiServer")]
    moves = [step.do.parameters for step in before if step.do.function == "Move-WinItem"]
    moved = f"{target.aside}-tried"
    assert moves == [{"Path": "C:\\data\\restore.partial\\stamp\\tried", "Destination": moved}]
    assert before[-1].do == PowerShellCall("Remove-WinItem", {"Path": moved})


def test_without_an_append_only_file_only_the_snapshot_is_put_in_place(target: Target) -> None:
    plain = replace(target, place=replace(PLACE, appendonly=False))
    moves = [step.do.parameters for step in restored(SOURCE, plain).steps if step.do.function == "Move-WinItem"]
    assert moves[1:] == [{"Path": "C:\\data\\restore.partial\\stamp\\dump.rdb", "Destination": "C:\\data\\dump.rdb"}]
    assert (needed_bytes(SOURCE, plain), needed_bytes(SOURCE, target)) == (200, 400)


def test_nobody_can_start_it_from_the_stop_until_all_is_in_its_place(target: Target) -> None:
    """And on the way back from before the end of what was started until all is back."""
    steps = restored(SOURCE, target).steps
    kinds = [
        str(step.do.parameters["StartType"]) if step.do.function == "Set-WinService" else step.do.function
        for step in steps
    ]
    assert kinds.index("Disabled") < kinds.index("Move-MemuraiData") < kinds.index("Automatic")
    assert max(i for i, kind in enumerate(kinds) if kind == "Move-WinItem") < kinds.index("Automatic")
    barriers = {step.undo.function for step in steps if step.is_barrier and step.undo}
    assert barriers == {"Restore-MemuraiData", "Stop-MemuraiHungServer"}


@pytest.mark.parametrize(
    ("found", "is_running", "new", "former"),
    [
        ("Manual", True, "Manual", "Manual"),
        ("Automatic", False, "Automatic", "Automatic"),
        # Somebody who restored before was ended: after it stopped, or before.
        ("Disabled", False, "Automatic", "Disabled"),
        ("Disabled", True, "Automatic", "Automatic"),
    ],
)
def test_the_start_type_is_what_it_was_or_what_the_settings_say(
    target: Target, found: str, is_running: bool, new: str, former: str
) -> None:
    steps = restored(SOURCE, replace(target, start_type=found, is_running=is_running)).steps
    disabling, letting = [step for step in steps if step.do.function == "Set-WinService"]
    assert disabling.undo is not None
    assert (letting.do.parameters["StartType"], disabling.undo.parameters["StartType"]) == (new, former)
    stop = next(step for step in steps if step.do.function == "Stop-MemuraiServer")
    assert (stop.undo is not None) is is_running


def test_the_mark_of_a_restore_that_was_ended_stays_until_there_is_data_again(target: Target) -> None:
    marks = []
    for has_stage in (False, True):
        change = restored(SOURCE, replace(target, has_stage=has_stage))
        assert change.steps[1].undo is not None
        marks.append(change.steps[1].undo.parameters["Path"])
        assert change.afterwards[0].do.parameters["Path"] == "C:\\data\\restore.partial"
    assert marks == ["C:\\data\\restore.partial", "C:\\data\\restore.partial\\stamp"]


def test_it_holds_its_secrets_and_is_carried_out_while_no_backup_is_taken(target: Target) -> None:
    change = restored(SOURCE, target)
    call = restoring(change, target.instance)
    assert PASSWORD in call.secrets
    assert PASSWORD not in "\n".join(change.lines())
    assert (call.function, call.parameters["BackupFolder"]) == ("Invoke-MemuraiRestore", target.instance.backups)
    assert call.connector_arguments["_timeout"] == change.longest_seconds
    assert change.folder == target.instance.changes


FOLDER = PLACE.folder


def model(target: Target, former: dict[str, str], start_type: str) -> ServerHost:
    """Return a host with the server, as it is before the restore."""
    service = ModelService(FOLDER, start_type, is_running=target.is_running)
    host = ServerHost({target.instance.service: service}, {FOLDER: former})
    host.whole[FOLDER].append({"dump.rdb": "new"})
    return host


@pytest.mark.parametrize("former", [{"dump.rdb": "former"}, {"dump.rdb": "former", "appendonlydir": "former"}, {}])
@pytest.mark.parametrize(("start_type", "is_running"), [("Automatic", True), ("Manual", False)])
def test_it_is_all_or_nothing_wherever_it_ends_and_nobody_can_start_half_of_it(
    target: Target, former: dict[str, str], start_type: str, is_running: bool
) -> None:
    plain = replace(target, place=replace(PLACE, appendonly=False), start_type=start_type, is_running=is_running)
    done = prove(restored(SOURCE, plain), model(plain, former, start_type))
    assert done.folders == {FOLDER: {"dump.rdb": "new"}, plain.aside: former}
    assert done.services[plain.instance.service] == ModelService(FOLDER, start_type, is_running=True)
