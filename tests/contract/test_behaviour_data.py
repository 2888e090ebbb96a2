"""Putting a server's data aside and bringing it back, also when that was ended half way: Restore-MemuraiData."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from contract_host import Answer, ContractHost

NAMES = ["dump.rdb", "appendonlydir"]
FORMER = {"dump.rdb": b"former", "appendonlydir\\a.aof": b"former too"}
LATTER = {"dump.rdb": b"latter", "appendonlydir\\b.aof": b"latter too"}


@dataclass(frozen=True)
class Place:
    """A data folder with something that is no data in it, and where its data goes."""

    host: ContractHost
    folder: str

    def at(self, *parts: str) -> str:
        return "\\".join([self.folder, *parts])

    @property
    def parameters(self) -> dict[str, object]:
        return {"DataFolder": self.at("data"), "AsideFolder": self.at("aside"), "Names": NAMES}

    def put(self, name: str, files: dict[str, bytes]) -> None:
        for path, content in files.items():
            full = self.at(name, path)
            self.host.call("New-WinDirectory", Path=full.rpartition("\\")[0])
            self.host.put(full, content)

    def take(self, name: str) -> None:
        for item in NAMES:
            self.host.call("Remove-WinItem", Path=self.at(name, item), Recurse=True)

    def holds(self, name: str, below: str = "") -> dict[str, bytes]:
        """Return the files in a folder by their paths in it."""
        found: dict[str, bytes] = {}
        for entry in self.host.call("Get-WinDirectoryEntry", Path=self.at(name, below))["Entries"]:
            path = f"{below}{entry['Name']}"
            is_file = entry["Kind"] == "File"
            found |= {path: self.host.read(self.at(name, path))} if is_file else self.holds(name, f"{path}\\")
        found.pop("other.txt", None)
        return found

    def bring_back(self, *, by_copy: bool) -> Answer:
        kept = {"KeptFolder": self.at("kept"), "ByCopy": by_copy}
        return self.host.call("Restore-MemuraiData", **self.parameters, **kept)

    @property
    def names(self) -> set[str]:
        return {entry["Name"] for entry in self.host.call("Get-WinDirectoryEntry", Path=self.folder)["Entries"]}


@pytest.fixture
def place(host: ContractHost, folder: str) -> Place:
    found = Place(host, folder)
    found.put("data", {**FORMER, "other.txt": b"no data"})
    return found


def test_data_is_moved_aside_and_back_and_what_took_its_place_is_kept(place: Place) -> None:
    answer = place.host.call("Move-MemuraiData", **place.parameters)
    assert answer == {"DataFolder": place.at("data"), "AsideFolder": place.at("aside")}
    assert (place.holds("data"), place.holds("aside")) == ({}, FORMER)
    place.put("data", LATTER)
    assert place.bring_back(by_copy=False) == {"DataFolder": place.at("data"), "Restored": True}
    assert (place.holds("data"), place.holds("kept"), place.names) == (FORMER, LATTER, {"data", "kept"})
    assert place.host.read(place.at("data", "other.txt")) == b"no data"
    assert place.bring_back(by_copy=False)["Restored"] is False
    assert (place.holds("data"), place.holds("kept")) == (FORMER, LATTER)


def test_data_is_copied_aside_and_back_and_what_took_its_place_is_kept(place: Place) -> None:
    place.host.call("Move-MemuraiData", **place.parameters, ByCopy=True)
    assert (place.holds("data"), place.holds("aside")) == (FORMER, FORMER)
    assert place.bring_back(by_copy=True)["Restored"] is False
    assert (place.holds("data"), place.names) == (FORMER, {"data"})
    place.host.call("Move-MemuraiData", **place.parameters, ByCopy=True)
    place.take("data")
    place.put("data", LATTER)
    assert place.bring_back(by_copy=True)["Restored"] is True
    assert (place.holds("data"), place.holds("kept"), place.names) == (FORMER, LATTER, {"data", "kept"})


def test_what_a_server_has_written_since_its_data_came_back_stays(place: Place) -> None:
    place.host.call("Move-MemuraiData", **place.parameters, ByCopy=True)
    place.bring_back(by_copy=True)
    place.put("data", {"dump.rdb": b"since"})
    assert place.bring_back(by_copy=True)["Restored"] is False
    assert place.holds("data")["dump.rdb"] == b"since"


@pytest.mark.parametrize("by_copy", [False, True], ids=["moved", "copied"])
def test_without_anything_aside_data_is_left_alone(place: Place, by_copy: bool) -> None:
    assert place.bring_back(by_copy=by_copy)["Restored"] is False
    assert (place.holds("data"), place.names) == (FORMER, {"data"})


def test_data_that_was_half_moved_aside_comes_back(place: Place) -> None:
    place.host.call("New-WinDirectory", Path=place.at("aside.partial"))
    place.host.call(
        "Move-WinItem", Path=place.at("data", "dump.rdb"), Destination=place.at("aside.partial", "dump.rdb")
    )
    place.bring_back(by_copy=False)
    assert (place.holds("data"), place.names) == (FORMER, {"data"})


def test_a_copy_that_is_half_made_never_takes_the_place_of_data(place: Place) -> None:
    place.put("aside.partial", {"dump.rdb": b"for"})
    place.bring_back(by_copy=True)
    assert (place.holds("data"), place.names) == (FORMER, {"data"})


def test_a_way_back_that_was_ended_while_data_was_moved_away_goes_on(place: Place) -> None:
    place.host.call("Move-MemuraiData", **place.parameters)
    place.put("kept.partial", {"dump.rdb": LATTER["dump.rdb"]})
    place.put("data", {name: content for name, content in LATTER.items() if name != "dump.rdb"})
    place.bring_back(by_copy=False)
    assert (place.holds("data"), place.holds("kept"), place.names) == (FORMER, LATTER, {"data", "kept"})


def test_a_way_back_that_was_ended_while_data_was_moved_back_goes_on(place: Place) -> None:
    place.host.call("Move-MemuraiData", **place.parameters)
    place.put("kept", LATTER)
    place.host.call("Move-WinItem", Path=place.at("aside", "dump.rdb"), Destination=place.at("data", "dump.rdb"))
    place.bring_back(by_copy=False)
    assert (place.holds("data"), place.holds("kept"), place.names) == (FORMER, LATTER, {"data", "kept"})


def test_a_way_back_that_was_ended_while_data_was_copied_back_goes_on(place: Place) -> None:
    place.host.call("Move-MemuraiData", **place.parameters, ByCopy=True)
    place.put("kept", LATTER)
    place.take("data")
    place.put("data", {"dump.rdb": b"for"})
    place.bring_back(by_copy=True)
    assert (place.holds("data"), place.holds("kept"), place.names) == (FORMER, LATTER, {"data", "kept"})


def test_what_is_in_the_way_is_not_overwritten(place: Place) -> None:
    place.put("aside", {"something": b"else"})
    for by_copy in (False, True):
        refusal = place.host.refusal("Move-MemuraiData", **place.parameters, ByCopy=by_copy)
        assert f"Expected nothing at '{place.at('aside')}', found something." in refusal
    assert (place.holds("data"), place.holds("aside")) == (FORMER, {"something": b"else"})
