"""Each operation: absent, drifted, as desired, dry run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import NETWORK
from operation_runner import OperationRunner, Outcome
from pyinfra.api import HiddenValue

from winfra.operations import files, firewall, packages, services
from winfra.security import ADMINISTRATORS, SYSTEM, USERS, Access, Rights, allow
from winlab.lab import Lab, LabHost
from winlab.package import build
from winlab.windows.machine import Machine
from winlab.windows.services import ServiceSettings

FOLDER = "C:/Practice"
ENTRIES = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))
ACCESS = Access(ADMINISTRATORS, ENTRIES)


@pytest.fixture(scope="module")
def lab(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    host = LabHost("lab1", f"{NETWORK}.1", "Administrator", variables["WINLAB_PASSWORD"])
    with Lab([host], directory=tmp_path_factory.mktemp("operations")) as started:
        yield started


@pytest.fixture(scope="module")
def runner(lab: Lab) -> OperationRunner:
    return OperationRunner(lab)


@pytest.fixture
def machine(lab: Lab) -> Machine:
    return lab.machines["lab1"]


@pytest.fixture
def folder(machine: Machine) -> Iterator[Path]:
    machine.files.make_directory(FOLDER)
    yield machine.files.local_path(FOLDER)
    machine.files.remove(FOLDER, recurse=True)


def assert_converges(runner: OperationRunner, operation: object, *shown: str, **arguments: object) -> Outcome:
    """A dry run plans and changes nothing, the run changes, another one finds everything as desired."""
    dry = runner.run(operation, dry=True, **arguments)
    assert (dry.planned, dry.changed, dry.succeeded) == (True, False, True), dry.shown
    for text in shown:
        assert text in dry.shown, f"{text} is missing in:\n{dry.shown}"
    again = runner.run(operation, dry=True, **arguments)
    assert again.planned, "the dry run changed the host"
    done = runner.run(operation, **arguments)
    assert (done.changed, done.succeeded) == (True, True), done.shown
    after = runner.run(operation, **arguments)
    assert (after.planned, after.changed, after.succeeded) == (False, False, True), after.shown
    assert "noop:" in after.shown
    return done


def test_directory(runner: OperationRunner, machine: Machine) -> None:
    assert_converges(runner, files.directory, "- kind: Absent", "+ kind: Directory", path=f"{FOLDER}/deep/er")
    assert machine.files.kind(f"{FOLDER}/deep/er") == "Directory"
    machine.files.remove(FOLDER, recurse=True)


def test_a_directory_with_its_access(runner: OperationRunner, machine: Machine) -> None:
    shown = ("+ kind: Directory", "+ owner: Administrators", "+ entry: Allow SYSTEM (S-1-5-18) FullControl")
    assert_converges(runner, files.directory, *shown, path=f"{FOLDER}/private", access=ACCESS)
    stranger = Access(ADMINISTRATORS, (*ENTRIES, allow(USERS, Rights.MODIFY)))
    runner.run(files.acl, path=f"{FOLDER}/private", access=stranger)
    drift = f"- entry: Allow Users ({USERS}) Modify"
    assert_converges(runner, files.directory, drift, path=f"{FOLDER}/private", access=ACCESS)
    machine.files.remove(FOLDER, recurse=True)


def test_no_directory_and_no_file(runner: OperationRunner, folder: Path) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("here")
    refused = runner.run(files.directory, path=f"{FOLDER}/full", present=False)
    assert (refused.planned, refused.succeeded) == (True, False)
    assert "Expected an empty directory" in refused.shown
    assert_converges(runner, files.absent, "- kind: File", "+ kind: Absent", path=f"{FOLDER}/full/file")
    assert_converges(runner, files.directory, "- kind: Directory", path=f"{FOLDER}/full", present=False)
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("here")
    wrong = [runner.run(files.absent, path=f"{FOLDER}/full")]
    wrong.append(runner.run(files.directory, path=f"{FOLDER}/full/file", present=False))
    assert [outcome.succeeded for outcome in wrong] == [False, False]


KNOWN = {"path": f"{FOLDER}/full", "names": ["Dump.rdb", "part-*", "history/*.conf", "trial/"]}


def fill(folder: Path, *names: str) -> None:
    """Make files and the folders around them."""
    for name in names:
        path = folder / "full" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("here")


def test_what_is_known_by_its_name_goes_and_the_folder_with_it(runner: OperationRunner, folder: Path) -> None:
    fill(folder, "dump.rdb", "PART-1", "history/1.conf", "trial/deep/anything")
    shown = [f"- known: file {FOLDER}/full/{name}" for name in ("dump.rdb", "PART-1", "history/1.conf")]
    shown += [f"- known: folder {FOLDER}/full{name}" for name in ("/history", "/trial", "")]
    assert_converges(runner, files.cleared, *shown, "+ known: (none)", **KNOWN)
    assert list(folder.iterdir()) == []
    absent = runner.run(files.cleared, **KNOWN)
    assert (absent.planned, absent.changed, absent.succeeded) == (False, False, True)


def test_what_is_not_known_stays_with_the_folders_around_it(runner: OperationRunner, folder: Path) -> None:
    foreign = ("payroll.xlsx", "history/mine.txt", "history/deep/1.conf", "dump.rdb/dump.rdb")
    fill(folder, "part-1", "history/1.conf", *foreign)
    stays = "stays with what is not known by its name: dump.rdb, history/deep, history/mine.txt, payroll.xlsx"
    assert_converges(runner, files.cleared, f"- known: file {FOLDER}/full/part-1", stays, **KNOWN)
    kept = {str(path.relative_to(folder / "full")) for path in folder.rglob("*") if path.is_file()}
    assert kept == set(foreign)


def test_a_link_is_not_followed(runner: OperationRunner, folder: Path) -> None:
    fill(folder, "elsewhere/1.conf")
    (folder / "full" / "history").symlink_to(folder / "full" / "elsewhere")
    assert not runner.run(files.cleared, **KNOWN).changed
    assert (folder / "full" / "elsewhere" / "1.conf").read_text() == "here"
    (folder / "full" / "history").unlink()


def test_a_file_is_no_folder_to_clear(runner: OperationRunner, folder: Path) -> None:
    (folder / "full").write_text("here")
    outcome = runner.run(files.cleared, **KNOWN)
    assert (outcome.planned, outcome.succeeded) == (True, False)
    assert "expected a folder or nothing, found a file" in outcome.shown
    assert (folder / "full").read_text() == "here"


def test_a_directory_where_a_file_stands_fails_and_leaves_the_file(runner: OperationRunner, folder: Path) -> None:
    (folder / "taken").write_text("here")
    outcome = runner.run(files.directory, path=f"{FOLDER}/taken")
    assert not outcome.succeeded
    assert "expected a folder or nothing, found a file" in outcome.shown
    assert (folder / "taken").read_text() == "here"


@pytest.mark.usefixtures("folder")
def test_acl_of_a_folder_that_inherits(runner: OperationRunner) -> None:
    shown = ("- inheritance: True", "+ inheritance: False", "+ entry: Allow SYSTEM (S-1-5-18) FullControl")
    assert_converges(runner, files.acl, *shown, path=FOLDER, access=ACCESS)


@pytest.mark.usefixtures("folder")
def test_acl_that_drifted(runner: OperationRunner) -> None:
    stranger = allow(USERS, Rights.MODIFY)
    runner.run(files.acl, path=FOLDER, access=Access(SYSTEM, (*ENTRIES, stranger)))
    shown = ("- owner: SYSTEM", "+ owner: Administrators", f"- entry: Allow Users ({USERS}) Modify")
    assert_converges(runner, files.acl, *shown, path=FOLDER, access=ACCESS)


def test_acl_of_nothing_fails(runner: OperationRunner) -> None:
    outcome = runner.run(files.acl, path="C:/Nowhere", access=ACCESS)
    assert outcome.planned
    assert not outcome.succeeded


def test_put(runner: OperationRunner, folder: Path) -> None:
    path = f"{FOLDER}/Some File.txt"
    assert_converges(runner, files.put, "+ first", source=b"first\n", path=path)
    assert (folder / "Some File.txt").read_bytes() == b"first\n"
    (folder / "Some File.txt").write_bytes(b"drifted\n")
    shown = ("- drifted", "+ second")
    assert_converges(runner, files.put, *shown, source=b"second\n", path=path, keep_previous=True)
    assert (folder / "Some File.txt.previous").read_bytes() == b"drifted\n"
    assert sorted(file.name for file in folder.iterdir()) == ["Some File.txt", "Some File.txt.previous"]


def test_put_of_bytes_and_of_confidential_text_shows_sizes_only(runner: OperationRunner, folder: Path) -> None:
    assert_converges(runner, files.put, "+ 4 bytes, SHA-256 ", source=b"\0\1\2\3", path=f"{FOLDER}/binary")
    done = assert_converges(
        runner, files.put, "+ 9 bytes", source=b"canary-12", path=f"{FOLDER}/licence", confidential=True
    )
    assert "canary-12" not in done.shown
    assert (folder / "binary").read_bytes() == b"\0\1\2\3"


def test_put_where_a_folder_stands_or_without_its_source_fails(runner: OperationRunner, folder: Path) -> None:
    (folder / "taken").mkdir()
    taken = runner.run(files.put, source=b"x", path=f"{FOLDER}/taken")
    missing = runner.run(files.put, source="not/here.txt", path=f"{FOLDER}/x")
    assert (taken.succeeded, missing.succeeded) == (False, False)
    assert "expected a file or nothing, found a folder" in taken.shown
    assert "expected the local file not/here.txt, found none" in missing.shown


def test_put_into_a_missing_folder_fails_and_leaves_nothing(runner: OperationRunner, machine: Machine) -> None:
    outcome = runner.run(files.put, source=b"x", path="C:/Nowhere/x")
    assert not outcome.succeeded
    assert machine.files.kind("C:/Nowhere") == "Absent"


def test_template(runner: OperationRunner, folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "x.conf.j2"
    source.write_text("requirepass {{ password }}\nport {{ port }}\n")
    arguments = {"source": str(source), "path": f"{FOLDER}/x.conf", "secret_keys": ["requirepass"]}
    first = {"password": HiddenValue("canary-one"), "port": 1}
    done = assert_converges(runner, files.template, "+ requirepass <secret, changed>", data=first, **arguments)
    assert (folder / "x.conf").read_bytes() == b"requirepass canary-one\r\nport 1\r\n"
    second = {"password": HiddenValue("canary-two"), "port": 2}
    shown = ("- requirepass <secret>", "+ requirepass <secret, changed>", "- port 1", "+ port 2")
    done_again = assert_converges(runner, files.template, *shown, data=second, **arguments)
    assert "canary" not in done.shown + done_again.shown


@pytest.mark.usefixtures("folder")
def test_a_template_that_can_not_be_rendered_fails_its_host_only(runner: OperationRunner, tmp_path: Path) -> None:
    source = tmp_path / "y.j2"
    source.write_text("{{ missing }}")
    outcome = runner.run(files.template, source=str(source), path=f"{FOLDER}/y", data={})
    assert not outcome.succeeded
    assert "'missing' is undefined" in outcome.shown


def test_msi(runner: OperationRunner, machine: Machine, variables: dict[str, str], tmp_path: Path) -> None:
    machine.files.make_directory("C:/Install")
    package = {"source": variables["WINLAB_PACKAGE"], "product": "Memurai*", "directory": "C:/Install"}
    properties = {"INSTALL_SERVICE": "0", "ADD_FIREWALL_RULE": "0"}
    version, digest = variables["WINLAB_PACKAGE_VERSION"], variables["WINLAB_PACKAGE_SHA256"]
    shown = ("- version: (none)", f"+ version: {version}")
    assert_converges(runner, packages.msi, *shown, **package, version=version, sha256=digest, properties=properties)
    assert machine.files.names("C:/Install") == [f"install-{version}.log"]
    # The version is pinned, not only the product.
    newer = build("4.3.0", tmp_path / "newer.msi")
    pinned = {"source": str(newer), "version": "4.3.0", "sha256": hashlib.sha256(newer.read_bytes()).hexdigest()}
    other = runner.run(packages.msi, dry=True, **{**package, **pinned})
    assert (other.planned, f"- version: {version}" in other.shown) == (True, True)
    wrong = runner.run(packages.msi, **package, version="9.9.9", sha256=digest)
    assert (wrong.succeeded, "expected version 9.9.9 in" in wrong.shown) == (False, True)

    gone = {**package, "source": "not/needed.msi", "version": version, "sha256": digest, "present": False}
    assert_converges(runner, packages.msi, "- installed: Memurai Developer (winlab stand-in) 4.2.2", **gone)
    assert machine.products.find("Memurai*") == []


@pytest.mark.usefixtures("machine")
def test_an_msi_with_another_hash_or_none_at_all_fails(runner: OperationRunner, variables: dict[str, str]) -> None:
    package = {"product": "Other*", "version": "1", "directory": "C:/Install"}
    wrong = runner.run(packages.msi, **package, source=variables["WINLAB_PACKAGE"], sha256="0" * 64)
    missing = runner.run(packages.msi, **package, source="not/here.msi", sha256="0" * 64)
    assert (wrong.succeeded, missing.succeeded) == (False, False)
    assert "Do not install it" in wrong.shown
    assert "expected the package not/here.msi on this machine, found none" in missing.shown


MEMURAI = r'"C:\Program Files\Memurai\memurai.exe" --service-run --service-name Practice "C:\Practice\x.conf"'


def test_service(runner: OperationRunner, machine: Machine, folder: Path, variables: dict[str, str]) -> None:
    install(machine, variables)
    (folder / "x.conf").write_text(f'bind {NETWORK}.1\nport 6399\ndir "C:/Practice"\n')
    arguments = {
        "service": "Practice",
        "image_path": MEMURAI,
        "account": "LocalSystem",
        "start_type": "Automatic",
        "recovery": services.Recovery(86400, (5000, 30000)),
        "running": True,
    }
    shown = ("- exists: False", "+ exists: True", "+ recovery_actions: restart/5000", "+ state: Running")
    assert_converges(runner, services.service, *shown, **arguments)
    first = machine.services.get("Practice").process_id

    runner.run(services.service, service="Practice", running=False)
    assert machine.services.get("Practice").state == "Stopped"
    drifted = {**arguments, "start_type": "Manual"}
    shown = ("- start_type: Automatic", "+ start_type: Manual", "- state: Stopped", "+ state: Running")
    assert_converges(runner, services.service, *shown, **drifted)

    (folder / "x.conf").write_text(f'bind {NETWORK}.1\nport 6398\ndir "C:/Practice"\n')
    newer = {**drifted, "restart_after": [f"{FOLDER}/x.conf"]}
    assert_converges(runner, services.service, f"+ process: restarted: {FOLDER}/x.conf is newer", **newer)
    assert machine.services.get("Practice").process_id not in (first, 0)
    runner.run(services.service, service="Practice", running=False)


def install(machine: Machine, variables: dict[str, str]) -> None:
    """Install the stand-in product unless it is there."""
    if not machine.products.find("Memurai*"):
        machine.files.write_bytes("C:/x.msi", Path(variables["WINLAB_PACKAGE"]).read_bytes())
        assert machine.products.install("C:/x.msi", {"INSTALL_SERVICE": "0", "ADD_FIREWALL_RULE": "0"}, "C:/x.log") == 0


def test_no_service(runner: OperationRunner, machine: Machine) -> None:
    runner.run(services.service, service="Gone", image_path=MEMURAI, start_type="Manual")
    shown = ("- exists: True", "- state: Stopped", "+ exists: False")
    assert_converges(runner, services.service, *shown, service="Gone", present=False)
    assert machine.services.find("Gone") is None


def test_a_service_that_runs_another_program_is_neither_changed_nor_removed(
    runner: OperationRunner, machine: Machine
) -> None:
    machine.services.create("Payroll", ServiceSettings(r"C:\Payroll App\payroll.exe --key secret", "Payroll"))
    own = {"service": "Payroll", "program": "C:/Program Files/Memurai/memurai.exe"}
    before = machine.services.get("Payroll").settings
    for wanted in ({"image_path": MEMURAI, "running": True}, {"present": False}):
        outcome = runner.run(services.service, **own, **wanted)
        assert (outcome.planned, outcome.changed, outcome.succeeded) == (True, False, False)
        assert r"found one whose program is C:\Payroll App\payroll.exe: it is another's" in outcome.shown
        assert "secret" not in outcome.shown
        assert machine.services.get("Payroll").settings == before
    same = {**own, "program": "c:/payroll app/PAYROLL.exe"}
    assert_converges(runner, services.service, "+ exists: False", **same, present=False)


def test_a_service_that_is_not_there_and_has_no_command_line_fails(runner: OperationRunner) -> None:
    outcome = runner.run(services.service, service="Nothing", running=True)
    assert not outcome.succeeded
    assert "expected it to exist, found none" in outcome.shown


def test_firewall_rule(runner: OperationRunner, machine: Machine) -> None:
    rule = {"rule": "practice", "local_ports": [6379], "remote_addresses": ["10.0.4.0/24", "10.0.5.1"]}
    assert_converges(runner, firewall.rule, "- exists: False", "+ remote_addresses: 10.0.4.0/24", **rule)
    wider = {**rule, "remote_addresses": ["10.0.4.0/24"]}
    assert_converges(runner, firewall.rule, "- remote_addresses: 10.0.5.1", **wider)
    assert_converges(runner, firewall.rule, "- exists: True", "+ exists: False", rule="practice", present=False)
    assert machine.firewall.find("practice") is None
