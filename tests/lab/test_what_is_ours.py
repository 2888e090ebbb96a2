"""What was on a host before is left as it is: folders, a service, scheduled tasks; only what the deploy made goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_practice import Practice, Run, snapshot
from present_practice import at_rest, install_with_defaults

from memurai import folders
from memurai.settings import from_host_data
from winfra import known_names
from winfra.security import ADMINISTRATORS, TRUSTED_INSTALLER, USERS, Access
from winlab.certificates import CertificateAuthority
from winlab.windows.machine import Machine
from winlab.windows.security import FULL_CONTROL, AccessEntry, SecurityDescriptor
from winlab.windows.services import ServiceSettings
from winlab.windows.tasks import TaskDefinition, Trigger

FOLDER = "C:/ProgramData/Memurai"
BACKSLASHES = FOLDER.replace("/", "\\")
PAYROLL = b"salaries of everybody"
PAYROLL_SERVICE = ServiceSettings(r'"C:\Payroll App\payroll.exe" --key secret-of-payroll', "Payroll")
EVERYBODY = AccessEntry(USERS, "Allow", FULL_CONTROL, 3)


def put(machine: Machine, folder: str, *names: str) -> None:
    """Put files of somebody else into a folder."""
    machine.files.make_directory(folder)
    for name in names:
        machine.files.write_bytes(f"{folder}/{name}", PAYROLL)


def access(machine: Machine) -> dict[str, SecurityDescriptor]:
    """Return owner and access entries of everything on the drive."""
    drive = machine.root / "C:"
    # Where a server runs, the lab has a link of this name, which is nothing to Windows.
    local = [path for path in drive.rglob("*") if path.name != "C:"]
    paths = [machine.files.windows_path(path) for path in [drive, *local]]
    return {path: machine.security.descriptor(path) for path in paths}


def uninstall(practice: Practice, inventory: str, *options: str) -> Run:
    """Run the removal of everything, data too."""
    given = ("--data", "remove_data=true", *options)
    return practice.run("pyinfra", inventory, "tasks/uninstall.py", *given)


def assert_refused(practice: Practice, run: Run, before: object, *expected: str) -> None:
    """The run failed with all these reasons, and files and access are as they were."""
    assert run.exit_code == 1, run.output
    for text in expected:
        assert text in run.output, f"{text} is missing in:\n{run.output}"
    assert (snapshot(practice.machine), access(practice.machine)) == before
    assert "Traceback" not in run.output
    assert "secret-of-payroll" not in run.output


@pytest.mark.parametrize("options", [("--dry", "--diff"), ("-y",)], ids=["plan", "run"])
def test_what_is_another_s_is_refused_with_all_reasons_before_anything_is_changed(
    bare: Practice, options: tuple[str, ...]
) -> None:
    machine = bare.machine
    put(machine, "C:/Payroll", "payroll.xlsx", *(f"{number}.xlsx" for number in range(9)))
    put(machine, "C:/Shared", "dump.rdb", "read me.txt")
    put(machine, "C:/Old/appendonlydir", "appendonly.aof.1.base.rdb")
    machine.files.make_directory("C:/Tools")
    machine.security.set("C:/Tools", owner=TRUSTED_INSTALLER, inheritance_enabled=True, entries=[])
    machine.services.create("PayrollDB", PAYROLL_SERVICE)
    task = TaskDefinition("C:\\Payroll App\\payroll.exe", (Trigger("Daily", "03:00"),), description="Nightly")
    machine.tasks.register("PayrollDB-backup", task)
    storage = {"base": "C:/Old", "config": "C:/Tools", "data": "C:/Payroll", "logs": "C:/Shared"}
    inventory = bare.inventory(lab1={"memurai_storage": storage, "memurai_service": {"name": "PayrollDB"}})
    before = (snapshot(machine), access(machine))

    run = bare.run("pyinfra", inventory, "deploy.py", *options)

    assert_refused(
        bare,
        run,
        before,
        r"memurai_storage.data: expected a folder of its own, which is not there yet, is empty or was made by the "
        r"deploy, "
        r"found C:\Payroll with 0.xlsx, 1.xlsx, 2.xlsx, 3.xlsx, 4.xlsx and 5 more in it",
        r"memurai_storage.logs: expected a folder of its own",
        r"found C:\Shared with dump.rdb, read me.txt in it",
        r"memurai_storage.base: expected a folder of its own",
        r"found C:\Old with appendonlydir in it",
        r"memurai_storage.config: expected a folder of its own, found C:\Tools, which is one of Windows' own",
        r"memurai_service.name: service PayrollDB: expected none, or one whose program is "
        r"C:\Program Files\Memurai\memurai.exe, found one whose program is C:\Payroll App\payroll.exe",
        "memurai_service.name: expected no scheduled task PayrollDB-backup",
    )
    assert machine.services.get("PayrollDB").settings == PAYROLL_SERVICE
    assert machine.tasks.get("PayrollDB-backup").definition == task


@pytest.mark.parametrize("script", ["deploy.py", "tasks/storage.py"])
def test_a_service_of_another_name_takes_no_folders_of_a_server(bare: Practice, script: str) -> None:
    """Two servers on one data folder overwrite each other's files."""
    assert bare.deploy().exit_code == 0
    before = (at_rest(bare.machine), access(bare.machine))
    renamed = {"name": "Cache", "display_name": "Cache"}
    network = {"bind": [bare.machine.address], "port": 6380}
    inventory = bare.inventory(lab1={"memurai_service": renamed, "memurai_network": network})
    run = bare.run("pyinfra", inventory, script, "-y")
    assert run.exit_code == 1, run.output
    for key in ("base", "config", "data", "logs"):
        assert f"memurai_storage.{key}: expected a folder" in run.output
    assert rf"found {BACKSLASHES}\data, where the service Memurai has its configuration or data" in run.output
    assert (at_rest(bare.machine), access(bare.machine)) == before
    assert bare.machine.services.names() == ["Memurai"]


def test_a_service_that_is_no_more_keeps_its_folders(bare: Practice) -> None:
    assert bare.deploy().exit_code == 0
    assert bare.run("pyinfra", "inventories/lab.py", "tasks/uninstall.py", "-y").exit_code == 0
    before = (at_rest(bare.machine), access(bare.machine))
    inventory = bare.inventory(lab1={"memurai_service": {"name": "Cache", "display_name": "Cache"}})
    run = bare.run("pyinfra", inventory, "tasks/storage.py", "-y")
    assert run.exit_code == 1, run.output
    assert rf"found {BACKSLASHES}\data, to which another service has access" in run.output
    assert (at_rest(bare.machine), access(bare.machine)) == before


def test_a_folder_with_nothing_but_another_server_s_snapshot_is_not_taken(bare: Practice) -> None:
    put(bare.machine, "C:/RedisData", "dump.rdb")
    before = (snapshot(bare.machine), access(bare.machine))
    data = {"memurai_storage": {"data": "C:/RedisData"}, "memurai_persistence": {"appendonly": False}}
    run = bare.deploy(inventory=bare.inventory(lab1=data))
    assert_refused(bare, run, before, r"found C:\RedisData with dump.rdb in it, but without the access that the deploy")


@pytest.mark.parametrize("names", [("server.key", "payroll.xlsx"), ("server.key",)], ids=["more", "alone"])
def test_certificates_alone_take_no_folder_of_others(bare: Practice, tmp_path: Path, names: tuple[str, ...]) -> None:
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue("lab1", bare.machine.address, for_clients=True)
    put(bare.machine, "C:/Web/tls", *names)
    before = (snapshot(bare.machine), access(bare.machine))
    files = {"ca": authority.certificate, "certificate": issued.certificate, "key": issued.key}
    tls = {"enabled": True, "port": 6380, **{name: str(path) for name, path in files.items()}}
    inventory = bare.inventory(lab1={"memurai_storage": {"config": "C:/Web"}, "memurai_tls": tls})
    run = bare.run("pyinfra", inventory, "tasks/certificates.py", "-y")
    assert_refused(bare, run, before, r"found C:\Web\tls with ")


@pytest.mark.parametrize("script", ["deploy.py", "tasks/jobs.py"])
def test_scripts_of_others_are_not_overwritten(bare: Practice, script: str) -> None:
    put(bare.machine, "C:/Tools/jobs", "backup.ps1")
    before = (snapshot(bare.machine), access(bare.machine))
    run = bare.run("pyinfra", bare.inventory(lab1={"memurai_storage": {"base": "C:/Tools"}}), script, "-y")
    assert_refused(bare, run, before, "found C:\\Tools\\jobs with backup.ps1 in it")


def test_installers_of_others_are_neither_taken_nor_removed(bare: Practice) -> None:
    machine = bare.machine
    put(machine, "C:/Installers", "7z2409-x64.msi", "install-sql.log")
    before = (snapshot(machine), access(machine))
    inventory = bare.inventory(lab1={"memurai_storage": {"install": "C:/Installers"}})
    assert_refused(
        bare, bare.deploy(inventory=inventory), before, "C:\\Installers with 7z2409-x64.msi, install-sql.log"
    )
    # With the access that a deploy gives, too.
    made = Access(ADMINISTRATORS, folders.ADMINISTRATIVE)
    entries = [AccessEntry(item.sid, item.type, item.rights, item.inheritance_flags) for item in made.entries]
    machine.security.set("C:/Installers", owner=made.owner, inheritance_enabled=False, entries=entries)
    before = (snapshot(machine), access(machine))
    assert uninstall(bare, inventory, "-y").exit_code == 0
    assert (snapshot(machine), access(machine)) == before


def test_a_task_that_runs_another_script_of_the_same_name_is_refused(bare: Practice) -> None:
    task = TaskDefinition(
        "powershell.exe", (Trigger("Daily", "03:00"),), description="Nightly", arguments=r'-File "D:\Ops\backup.ps1"'
    )
    bare.machine.tasks.register("Memurai-backup", task)
    before = (snapshot(bare.machine), access(bare.machine))
    assert_refused(bare, bare.deploy(), before, "expected no scheduled task Memurai-backup")
    assert bare.machine.tasks.get("Memurai-backup").definition == task


FOREIGN_SERVICE = "service Memurai: expected none, or one whose program is"


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("storage", r"found C:\ProgramData\Memurai with payroll.xlsx in it"),
        ("jobs", "expected no scheduled task Memurai-backup"),
        *((task, FOREIGN_SERVICE) for task in ("install", "configure", "service", "restore", "rollback")),
        ("rotate_password", FOREIGN_SERVICE),
    ],
)
def test_a_step_that_runs_alone_takes_nothing_from_others_either(bare: Practice, task: str, reason: str) -> None:
    machine = bare.machine
    put(machine, FOLDER, "payroll.xlsx")
    machine.services.create("Memurai", PAYROLL_SERVICE)
    machine.tasks.register("Memurai-backup", TaskDefinition("C:\\Payroll App\\payroll.exe"))
    before = (snapshot(machine), access(machine))
    run = bare.run("pyinfra", "inventories/lab.py", f"tasks/{task}.py", "-y")
    assert_refused(bare, run, before, reason)
    assert machine.services.get("Memurai").settings == PAYROLL_SERVICE


def test_folders_that_are_there_and_empty_or_hold_what_the_deploy_makes_are_taken(bare: Practice) -> None:
    bare.machine.files.make_directory(f"{FOLDER}/data")
    put(bare.machine, f"{FOLDER}/logs", "MEMURAI.LOG")
    put(bare.machine, "C:/Backups/Redis/20260101T020000Z", "dump.rdb")
    done = bare.run("pyinfra", "inventories/lab.py", "tasks/storage.py", "-y", "--json")
    assert (done.exit_code, len(done.changed)) == (0, 7), done.output


def test_what_somebody_put_into_our_folders_stays_when_the_rest_goes(bare: Practice) -> None:
    assert bare.deploy().exit_code == 0
    machine, folders = bare.machine, ("data", "data/appendonlydir", "logs", "config/history", "install")
    for folder in folders:
        put(machine, f"{FOLDER}/{folder}", "payroll.xlsx")
    put(machine, f"{FOLDER}/jobs/backup.ps1.d", "payroll.xlsx")
    before = snapshot(machine)

    plan = uninstall(bare, "inventories/lab.py", "--dry", "--diff")
    assert plan.exit_code == 0, plan.output
    for line in (
        f"- known: file {FOLDER}/data/appendonlydir/appendonly.aof.manifest",
        f"- known: file {FOLDER}/logs/memurai.log",
        f"- known: file {FOLDER}/config/memurai-production.conf",
        f"folder {FOLDER}/data stays with what is not known by its name: appendonlydir/payroll.xlsx, payroll.xlsx",
        f"folder {FOLDER}/config stays with what is not known by its name: history/payroll.xlsx",
        f"folder {FOLDER}/logs stays with what is not known by its name: payroll.xlsx",
        f"folder {FOLDER}/jobs stays with what is not known by its name: backup.ps1.d",
    ):
        assert line in plan.output, f"{line} is missing in:\n{plan.output}"
    # The one folder without anything of somebody else's.
    assert plan.output.count("- known: folder") == plan.output.count(f"- known: folder {FOLDER}/config/changes") == 1
    assert snapshot(machine) == before

    done = uninstall(bare, "inventories/lab.py", "-y", "--json")
    assert done.exit_code == 0, done.output
    left = [path for path in Path(machine.root / "C:/ProgramData/Memurai").rglob("*") if path.is_file()]
    assert {path.name for path in left} == {"payroll.xlsx"}
    assert {path.read_bytes() for path in left} == {PAYROLL}
    assert len(left) == len(folders) + 1
    again = uninstall(bare, "inventories/lab.py", "-y", "--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


def test_nothing_is_removed_from_a_folder_that_the_deploy_did_not_make(bare: Practice) -> None:
    """Another server's data bears the names of ours."""
    assert bare.deploy().exit_code == 0
    put(bare.machine, "C:/Other/data", "dump.rdb")
    inventory = bare.inventory(lab1={"memurai_storage": {"data": "C:/Other/data"}})
    done = uninstall(bare, inventory, "-y")
    assert done.exit_code == 0, done.output
    assert "folder C:/Other/data stays as it is: expected one with the access that the deploy gives" in done.output
    assert bare.machine.files.read_bytes("C:/Other/data/dump.rdb") == PAYROLL
    assert bare.machine.files.names(FOLDER) == ["data"]


def test_a_product_that_is_installed_elsewhere_is_not_removed(bare: Practice) -> None:
    install_with_defaults(bare, {"INSTALLFOLDER": r"C:\Other"})
    machine = bare.machine
    before = (at_rest(machine), access(machine))
    inventory = bare.inventory(lab1={"memurai_service": {"name": "Cache", "display_name": "Cache"}})
    run = bare.run("pyinfra", inventory, "tasks/uninstall.py", "-y")
    assert run.exit_code == 1, run.output
    assert "(memurai_package.folder), found it in C:\\Other" in run.output
    assert (at_rest(machine), access(machine)) == before
    assert machine.services.get("Memurai").state == "Running"
    assert [product.version for product in machine.products.find("Memurai*")] == ["4.2.2"]


@pytest.mark.parametrize("options", [("--dry", "--diff"), ("-y",)], ids=["plan", "run"])
def test_a_service_or_task_of_others_is_not_removed(bare: Practice, options: tuple[str, ...]) -> None:
    assert bare.deploy().exit_code == 0
    machine = bare.machine
    task = machine.tasks.get("Memurai-backup").definition
    foreign = TaskDefinition("C:\\Payroll App\\payroll.exe")
    machine.tasks.register("Memurai-backup", foreign)
    run = uninstall(bare, "inventories/lab.py", *options)
    assert run.exit_code == 1
    assert "expected no scheduled task Memurai-backup" in run.output
    assert machine.tasks.get("Memurai-backup").definition == foreign
    assert machine.services.get("Memurai").state == "Running"

    machine.tasks.register("Memurai-backup", task)
    machine.services.stop("Memurai", 30)
    machine.services.change("Memurai", PAYROLL_SERVICE)
    before = (snapshot(machine), access(machine))
    assert_refused(bare, uninstall(bare, "inventories/lab.py", *options), before, FOREIGN_SERVICE)
    assert machine.services.get("Memurai").settings == PAYROLL_SERVICE
    assert machine.products.find("Memurai*")


def test_access_to_our_folder_is_mended_also_when_somebody_put_something_there(deployed: Practice) -> None:
    machine = deployed.machine
    put(machine, f"{FOLDER}/data", "payroll.xlsx")
    made = machine.security.descriptor(f"{FOLDER}/data")
    by_hand = [*made.entries, EVERYBODY]
    machine.security.set(f"{FOLDER}/data", owner=made.owner, inheritance_enabled=False, entries=by_hand)
    done = deployed.deploy("--json")
    assert (done.exit_code, done.changed) == (0, ["Folder: data"]), done.output
    assert machine.security.descriptor(f"{FOLDER}/data") == made
    assert machine.files.read_bytes(f"{FOLDER}/data/payroll.xlsx") == PAYROLL
    machine.files.remove(f"{FOLDER}/data/payroll.xlsx")


def test_everything_that_a_deploy_makes_is_known_by_its_name(deployed: Practice) -> None:
    """Else it would be taken for somebody else's where an access list drifted, and a removal would leave it."""
    for task in ("backup", "restore"):
        done = deployed.run("pyinfra", "inventories/lab.py", f"tasks/{task}.py", "-y")
        assert done.exit_code == 0, done.output
    data = {"memurai_package": {"version": "4.2.2", "source": "x.msi", "sha256": "0" * 64}}
    security = {"password": "cmd:echo a-password-of-16-or-more", "renamed_commands": {}}
    files = deployed.machine.files
    for folder in folders.folders(from_host_data("lab1", {**data, "memurai_security": security})):
        names = files.names(folder.path)
        kinds = {name: files.kind(f"{folder.path}/{name}") for name in names}
        unknown = [
            name
            for name, kind in kinds.items()
            if not known_names.is_known({"name": name, "kind": kind}, folders.known_names(folder, names))  # type: ignore[typeddict-item]
        ]
        assert (folder.path, unknown) == (folder.path, [])
