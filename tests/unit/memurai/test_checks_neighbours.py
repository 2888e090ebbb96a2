"""The other servers on a product: which there are, and what is known of them."""

from typing import Any

import pytest

from memurai.checks import neighbours
from memurai.facts.server import RunningConfiguration
from winfra.facts.files import TextFile
from winfra.facts.services import FolderServices

FOLDER = "C:/Program Files/Memurai"
CONF = r"C:\ProgramData\Second\config\memurai-production.conf"
IMAGE = rf'"C:\Program Files\Memurai\memurai.exe" --service-run --service-name Second "{CONF}"'
TEXT = 'bind 10.0.0.5\nport 6389\nrequirepass "a-password"\ndir "C:/ProgramData/Second/data"\ndbfilename "d.rdb"\n'


class PracticeHost:
    """A host with services and configurations."""

    def __init__(
        self,
        services: list[dict[str, str]] | None,
        files: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
    ) -> None:
        self.services = services
        self.values = {"dir": r"C:\ProgramData\Second\data", "dbfilename": "d.rdb"} if values is None else values
        self.files = {CONF: TEXT} if files is None else files

    def get_fact(self, fact: type, **arguments: Any) -> Any:
        if fact is FolderServices:
            return None if self.services is None else {"folder": FOLDER, "services": self.services}
        if fact is RunningConfiguration:
            return self.values
        assert fact is TextFile
        return {"content": self.files.get(arguments["path"])}


def service(name: str, image: str = IMAGE, state: str = "Running") -> dict[str, str]:
    return {"name": name, "image_path": image, "state": state}


def found(*services: dict[str, str], files: dict[str, str] | None = None) -> neighbours.Neighbours:
    outcome = neighbours.running(PracticeHost(list(services), files), FOLDER, "Memurai")  # type: ignore[arg-type]
    assert outcome is not None
    return outcome


def test_what_runs_beside_the_own_service_is_known_by_its_configuration() -> None:
    outcome = found(service("MEMURAI"), service("Idle", state="Stopped"), service("Second"))
    (second,) = outcome.running
    endpoint, data = second.endpoint, second.data
    assert (second.service, second.configuration) == ("Second", CONF)
    assert endpoint is not None
    assert data is not None
    assert "a-password" not in repr(endpoint.password)
    assert (endpoint.address, endpoint.port, endpoint.user, endpoint.tls) == ("10.0.0.5", 6389, "", None)
    assert (data.folder, data.snapshot_name, data.append_only_folder_name) == (
        r"C:\ProgramData\Second\data",
        "d.rdb",
        "appendonlydir",
    )
    assert outcome.problems == ()


@pytest.mark.parametrize(
    "image",
    [IMAGE.replace("memurai.exe", "memurai-sentinel.exe"), IMAGE.replace("--service-run", "--service-run --sentinel")],
)
def test_a_sentinel_holds_no_data_and_is_not_asked(image: str) -> None:
    (sentinel,) = found(service("Sentinel", image), files={}).running
    assert (sentinel.endpoint, sentinel.data) == (None, None)


@pytest.mark.parametrize(
    ("image", "files", "reason"),
    [
        ("memurai.exe --service-run", {}, "no configuration (*.conf) on its command line"),
        (IMAGE, {}, f"that its configuration {CONF} can't be read"),
        (IMAGE, {CONF: 'requirepass "secret'}, f"in its configuration {CONF}: line 1"),
    ],
)
def test_what_can_not_be_known_is_told(image: str, files: dict[str, str], reason: str) -> None:
    outcome = found(service("Second", image), files=files)
    (problem,) = outcome.problems
    assert outcome.running == ()
    assert f"the service Second, which runs from {FOLDER} too" in problem
    assert reason in problem
    assert "secret" not in problem


def test_services_that_can_not_be_read_are_no_empty_list() -> None:
    assert neighbours.running(PracticeHost(None), FOLDER, "Memurai") is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"dir": r"D:\elsewhere"}, "it runs with another dir"),
        ({"appendonly": "yes"}, "it runs with another dir"),
        ({}, "no answer at 10.0.0.5:6389"),
    ],
)
def test_one_that_runs_with_another_place_than_its_file_is_told(values: dict[str, str], reason: str) -> None:
    outcome = neighbours.running(PracticeHost([service("Second")], values=values), FOLDER, "Memurai")  # type: ignore[arg-type]
    assert outcome is not None
    (problem,) = outcome.problems
    assert outcome.running == ()
    assert reason in problem
