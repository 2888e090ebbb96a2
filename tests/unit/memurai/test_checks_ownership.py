"""What is ours to change on a host, and what is somebody else's."""

from pathlib import PureWindowsPath
from typing import Any

import pytest
from member_practice import member, set_secrets

from memurai import folders, jobs
from memurai.checks import ownership
from memurai.folders import FolderAccess
from memurai.operations.product import elsewhere_problem
from memurai.settings import Settings, from_host_data
from winfra.facts.files import AclState, DirectoryEntriesState
from winfra.facts.services import ServiceState
from winfra.facts.tasks import TaskState
from winfra.operations.services import program_of
from winfra.security import ADMINISTRATORS, SYSTEM, TRUSTED_INSTALLER, USERS, AccessEntry, Rights, allow, service_sid

PRODUCT = r"C:\Program Files\Memurai\memurai.exe"


def folder(settings: Settings, what: str) -> FolderAccess:
    return next(item for item in folders.folders(settings) if item.what == what)


def acl(entries: list[AccessEntry], owner: str = ADMINISTRATORS, *, inheritance: bool = False) -> AclState:
    """Return the access list of a folder."""
    states = [
        {
            "sid": entry.sid, "name": None, "type": entry.type, "rights": entry.rights, "inherited": False,
            "inheritance_flags": entry.inheritance_flags, "propagation_flags": entry.propagation_flags,
        }
        for entry in entries
    ]  # fmt: skip
    found: dict[str, Any] = {"path": r"C:\x", "kind": "Directory", "owner_sid": owner, "owner_name": None}
    return {**found, "inheritance_enabled": inheritance, "entries": states}  # type: ignore[typeddict-item]


def listing(*names: str, is_complete: bool = True) -> DirectoryEntriesState:
    """Return what stands in a folder; names with a slash at the end are folders, with > links."""
    kinds = {"/": "Directory", ">": "Link"}
    entries = [{"name": name.rstrip("/>"), "kind": kinds.get(name[-1], "File")} for name in names]
    return {"path": r"C:\x", "entries": entries, "is_complete": is_complete}  # type: ignore[typeddict-item]


@pytest.mark.parametrize("what", ["base", "configuration", "data", "log", "installer", "backup", "job"])
def test_a_folder_with_the_access_of_the_deploy_is_ours(settings: Settings, what: str) -> None:
    wanted = folder(settings, what)
    made = list(wanted.access.entries)
    assert ownership.is_made_by_deploy(settings, wanted, acl(made))
    assert not ownership.is_made_by_deploy(settings, wanted, acl(made, inheritance=True))
    assert not ownership.is_made_by_deploy(settings, wanted, acl(made, SYSTEM))
    by_hand = acl([*made, allow(USERS, Rights.MODIFY)])
    # Where the service has an entry, nobody else made the list.
    has_service = any(entry.sid == service_sid("Memurai") for entry in made)
    assert ownership.is_made_by_deploy(settings, wanted, by_hand) is has_service


@pytest.mark.parametrize("what", ["base", "data", "backup"])
def test_a_private_folder_of_an_administrator_is_not_ours(settings: Settings, what: str) -> None:
    private = [*folders.ADMINISTRATIVE, allow("S-1-5-21-1-2-3-1001", Rights.MODIFY)]
    assert not ownership.is_made_by_deploy(settings, folder(settings, what), acl(private))


@pytest.mark.parametrize(
    ("what", "known", "foreign"),
    [
        ("base", ["config/", "DATA/", "jobs/", "trial/", "data-before-restore-2026/"], ["dump.rdb", "jobs"]),
        ("configuration", ["memurai-production.conf.1a2b.staged", "users.acl", "history/", "tls/"], ["memurai.conf"]),
        ("data", ["dump.rdb", "temp-123.rdb", "appendonlydir/", "restore.partial/"], ["payroll.xlsx", "dump.rdb/"]),
        ("log", ["memurai.log"], ["memurai.log.txt", "x.log"]),
        ("installer", ["4.1.2.msi", "4.1.2.msi.sha256", "install-4.1.2.log"], ["7z2409.msi", "1.2.msi", "x>"]),
        ("backup", ["20260101T020000Z/", "20260101T020000Z.partial/", "last-run.json"], ["redis_backup_2026.rdb"]),
        ("job", ["backup.ps1", "health.secret", "MemuraiProduction.health.psm1"], ["backup.bat"]),
    ],
)  # fmt: skip
def test_what_the_deploy_makes_is_known_by_its_name_and_nothing_else(
    settings: Settings, what: str, known: list[str], foreign: list[str]
) -> None:
    names = folders.known_names(folder(settings, what), known)
    assert ownership.content_problem("key", listing(*known), names) is None
    problem = ownership.content_problem("key", listing(*known, *foreign), names)
    assert problem is not None
    assert f"with {', '.join(name.rstrip('/>') for name in foreign)} in it" in problem


def test_scripts_are_ours_beside_the_module_and_packages_beside_their_digest(settings: Settings) -> None:
    assert folders.known_names(folder(settings, "job"), ["backup.ps1", "health.json"]) == ()
    assert folders.known_names(folder(settings, "installer"), ["4.1.2.msi", "7z2409-x64.msi.sha256"]) == ()


def test_what_a_sentinel_makes_is_known(host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    set_secrets(monkeypatch)
    settings = member(host_data, "127.77.0.9")
    wanted = folder(settings, "sentinel")
    known = ["sentinel.conf", "sentinel.conf-7.x4Kq2b", "sentinel.former.conf", "sentinel.log", "changes/"]
    assert ownership.content_problem("x", listing(*known), wanted.names) is None
    assert ownership.content_problem("x", listing("sentinel.conf.d/"), wanted.names)
    by_hand = acl([*wanted.access.entries, allow(USERS, Rights.MODIFY)])
    assert ownership.is_made_by_deploy(settings, wanted, by_hand)


@pytest.mark.parametrize(("service", "is_own"), [("memurai-sentinel", True), ("Other-Sentinel", False)])
def test_only_its_own_sentinel_may_use_the_folder(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, service: str, *, is_own: bool
) -> None:
    set_secrets(monkeypatch)
    settings = member(host_data, "127.77.0.9")
    wanted = folder(settings, "sentinel")
    problem = ownership.use_problem(settings, wanted, {service: [PureWindowsPath(wanted.path)]})
    assert (problem is None) == is_own


class Services:
    """A host whose services run a program of that name."""

    def __init__(self, **programs: str) -> None:
        self.programs = programs

    def get_fact(self, _: type, service: str) -> Any:
        program = self.programs.get(service.replace("-", "_"), "")
        return {"name": service, "exists": bool(program), "image_path": program}


def test_a_foreign_service_with_the_name_of_the_sentinel_is_refused(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_secrets(monkeypatch)
    host: Any = Services(Memurai=PRODUCT, Memurai_Sentinel=r"C:\Redis\redis-server.exe")
    (problem,) = ownership.service_problems(host, member(host_data, "127.77.0.9"))
    assert "service Memurai-Sentinel: expected none, or one whose program is" in problem
    assert ownership.service_problems(host, from_host_data("cache1", host_data)) == []


def test_the_first_foreign_names_are_shown_and_the_others_counted(settings: Settings) -> None:
    found = listing(*(f"{number}.xlsx" for number in range(1000)), is_complete=False)
    problem = ownership.content_problem("key", found, folder(settings, "data").names)
    assert problem is not None
    assert "with 0.xlsx, 1.xlsx, 2.xlsx, 3.xlsx, 4.xlsx and more in it" in problem


def test_folders_of_other_instances_may_stand_in_the_base_folder(host_data: dict[str, object]) -> None:
    outer = from_host_data("outer", {**host_data, "memurai_storage": {"base": "D:/Memurai"}})
    inner = from_host_data("inner", {**host_data, "memurai_storage": {"base": "D:/Memurai/sessions/one"}})
    found = listing("config/", "sessions/")
    assert ownership.content_problem("key", found, folders.base_names(outer))
    assert ownership.content_problem("key", found, folders.base_names(outer, inner)) is None


def test_a_folder_that_windows_owns_is_refused() -> None:
    problem = ownership.owner_problem("memurai_storage.data", acl([], TRUSTED_INSTALLER))
    assert problem is not None
    assert problem.startswith(
        "memurai_storage.data: expected a folder of its own, found C:\\x, which is one of Windows'"
    )
    assert ownership.owner_problem("key", acl([], SYSTEM)) is None


@pytest.mark.parametrize(
    ("image_path", "program"),
    [
        (f'"{PRODUCT}" --service-run "C:\\x.conf"', PRODUCT),
        (f"{PRODUCT} --service-run", PRODUCT),
        ('"c:/program files/MEMURAI/memurai.EXE"', "c:/program files/MEMURAI/memurai.EXE"),
        (r"C:\Payroll App\payroll.exe -k", r"C:\Payroll App\payroll.exe"),
        (r"%SystemRoot%\system32\svchost.exe -k x", r"%SystemRoot%\system32\svchost.exe"),
        (r"C:\Tools\run.cmd memurai.exex", r"C:\Tools\run.cmd"),
        ('"unclosed', '"unclosed'),
        ("", ""),
    ],
)
def test_the_program_of_a_command_line(image_path: str, program: str) -> None:
    assert program_of(image_path) == program


def service(settings: Settings, image_path: str) -> str | None:
    found: dict[str, Any] = {"name": "Memurai", "exists": True, "image_path": image_path}
    state: ServiceState = found  # type: ignore[assignment]
    return ownership.service_problem(settings, state)


def test_only_a_service_of_the_product_is_ours(settings: Settings) -> None:
    assert service(settings, f'"{PRODUCT}" --service-run') is None
    assert service(settings, '"c:/program files/MEMURAI/memurai.EXE"') is None
    for image_path in (
        r'"C:\Payroll\payroll.exe" --key secret',
        f'"{PRODUCT}.bak.exe"',
        r"C:\PROGRA~1\x.exe",
        "",
        '"x',
    ):
        problem = service(settings, image_path)
        assert problem is not None
        assert "memurai_service.name: service Memurai: expected none, or one whose program is" in problem
        assert "secret" not in problem


def test_a_task_is_ours_by_what_it_says_or_what_it_runs(settings: Settings) -> None:
    job = jobs.jobs(settings)[0]
    made: dict[str, Any] = {"exists": True, "description": job.description, "execute": jobs.POWER_SHELL}
    made["arguments"] = jobs.arguments(settings, job)
    variants = {
        "made": made,
        "described otherwise": {**made, "description": None},
        "runs otherwise": {**made, "execute": None, "arguments": None},
        "another script": {**made, "description": "Nightly", "arguments": r'-File "D:\Ops\backup.ps1"'},
        "another's": {**made, "description": "Nightly", "execute": "payroll.exe", "arguments": "--key secret"},
        "absent": {**made, "exists": False, "description": None, "arguments": None},
    }
    found: dict[str, TaskState] = variants  # type: ignore[assignment]
    problems = {name: ownership.task_problem(settings, job, state) for name, state in found.items()}
    assert [name for name, problem in problems.items() if problem] == ["another script", "another's"]
    assert "found one that runs payroll.exe" in (problems["another's"] or "")
    assert "secret" not in (problems["another's"] or "")


@pytest.mark.parametrize(
    ("location", "program", "is_refused"),
    [
        ("C:\\Program Files\\MEMURAI\\", "Absent", False),
        ("C:\\Other\\", "File", True),
        # Not every installer tells.
        (None, "File", False),
        ("", "Absent", True),
    ],
)
def test_a_product_in_another_folder_is_not_ours(location: str | None, program: str, *, is_refused: bool) -> None:
    item: dict[str, Any] = {"name": "Memurai", "version": "4.2.2", "install_location": location}
    found = elsewhere_problem([item], "C:/Program Files/Memurai", {"kind": program})  # type: ignore[list-item, typeddict-item]
    assert (found is not None) is is_refused
