"""A model of a host with servers on one product, for changes of their data and of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from change_drill import ModelHost, VerbError

Data = dict[str, str]


@dataclass
class ModelService:
    """A service; its server loads what is in its folder when it starts, and answers when it can."""

    folder: str
    start_type: str = "Automatic"
    is_running: bool = True


class ServerHost(ModelHost):
    """Services by name, folders of data by their path, and the version of the product.

    broken: versions on which no server starts. answers: keys that a server must load, None for any.
    """

    def __init__(self, services: dict[str, ModelService], folders: dict[str, Data], version: str = "former") -> None:
        self.services = services
        self.folders = folders
        self.version = version
        self.whole = {service.folder: [dict(folders[service.folder])] for service in services.values()}

    @property
    def seen(self) -> object:
        used = {path: data for path, data in self.folders.items() if path in self.whole}
        left = [path for path in self.folders if path.endswith("restore.partial")]
        return self.services, used, self.version, left

    def point(self) -> None:
        """Nobody may be able to start a server on anything but whole data."""
        for service in self.services.values():
            startable = service.start_type != "Disabled" and not service.is_running
            if startable or service.is_running:
                assert self.folders[service.folder] in self.whole[service.folder], service
        super().point()

    # Verbs

    def nothing(self, given: Mapping[str, Any]) -> None:
        """A verb that only looks."""

    def stop(self, given: Mapping[str, Any]) -> None:
        self.services[given.get("ServiceName") or given["Name"]].is_running = False

    def start(self, given: Mapping[str, Any]) -> None:
        service = self.services[given.get("ServiceName") or given["Name"]]
        if service.start_type == "Disabled":
            raise VerbError("it is disabled")
        service.is_running = True

    def end(self, given: Mapping[str, Any]) -> None:
        service = self.services[given.get("ServiceName") or given["Name"]]
        service.start_type = "Disabled"
        self.point()
        service.is_running = False

    def set_service(self, given: Mapping[str, Any]) -> None:
        self.services[given["Name"]].start_type = given["StartType"]

    def make(self, given: Mapping[str, Any]) -> None:
        self.folders.setdefault(given["Path"], {})

    def remove(self, given: Mapping[str, Any]) -> None:
        for path in [path for path in self.folders if path.startswith(given["Path"])]:
            del self.folders[path]

    def copy(self, given: Mapping[str, Any]) -> None:
        folder, name = given["Destination"].rsplit("\\", 1)
        self.folders.setdefault(folder, {})[name] = "a part"
        self.point()
        self.folders[folder][name] = "new"

    def move(self, given: Mapping[str, Any]) -> None:
        if given["Path"] in self.folders:
            self.folders[given["Destination"]] = self.folders.pop(given["Path"])
            return
        (folder, name), (target, other) = (given[key].rsplit("\\", 1) for key in ("Path", "Destination"))
        self.folders.setdefault(target, {})[other] = self.folders[folder].pop(name)

    def put_aside(self, given: Mapping[str, Any]) -> None:
        data, aside = given["DataFolder"], given["AsideFolder"]
        self._carry(data, f"{aside}.partial", given["Names"], by_copy=bool(given.get("ByCopy")))
        self.folders[aside] = self.folders.pop(f"{aside}.partial")

    def bring_back(self, given: Mapping[str, Any]) -> None:
        data, aside, kept, names = (given[key] for key in ("DataFolder", "AsideFolder", "KeptFolder", "Names"))
        by_copy = bool(given.get("ByCopy"))
        if f"{aside}.partial" in self.folders:
            if not by_copy:
                self._carry(f"{aside}.partial", data, names)
            del self.folders[f"{aside}.partial"]
        if aside in self.folders and not (by_copy and self.folders[data] == self.folders[aside]):
            if kept not in self.folders:
                self._carry(data, f"{kept}.partial", names, by_copy=by_copy)
                self.folders[kept] = self.folders.pop(f"{kept}.partial")
            self.point()
            if by_copy:
                self.folders[data].clear()
            self._carry(aside, data, names, by_copy=by_copy)
        if aside in self.folders:
            self.folders[f"{aside}.partial"] = self.folders.pop(aside)
            self.point()
            del self.folders[f"{aside}.partial"]

    def _carry(self, source: str, target: str, names: list[str], *, by_copy: bool = False) -> None:
        taken = self.folders.setdefault(target, {})
        for name in names:
            if name in self.folders[source]:
                taken[name] = self.folders[source][name] if by_copy else self.folders[source].pop(name)
                self.point()

    def install(self, given: Mapping[str, Any]) -> None:  # noqa: ARG002  # as all verbs
        assert not any(service.is_running for service in self.services.values())
        self.version = "half installed"
        self.point()
        self.version = "new"
        # A newer server may write what an older one can't read.
        for service in self.services.values():
            self.whole[service.folder].append({"dump.rdb": "in the new format"})

    def reinstall(self, given: Mapping[str, Any]) -> None:  # noqa: ARG002  # as all verbs
        assert self.version == "former" or not any(service.is_running for service in self.services.values())
        self.point()
        self.version = "former"

    verbs = {  # noqa: RUF012  # declared by the model
        "Assert-MemuraiBackup": nothing,
        "Assert-MemuraiLoad": nothing,
        "Assert-MemuraiProduct": nothing,
        "Copy-WinFile": copy,
        "Install-WinPackage": install,
        "Move-MemuraiData": put_aside,
        "Move-WinItem": move,
        "New-WinDirectory": make,
        "Remove-WinItem": remove,
        "Restore-MemuraiData": bring_back,
        "Restore-MemuraiProduct": reinstall,
        "Save-MemuraiData": nothing,
        "Set-WinService": set_service,
        "Start-MemuraiServer": start,
        "Start-WinService": start,
        "Stop-MemuraiServer": stop,
        "Stop-MemuraiHungServer": end,
        "Stop-WinHungService": end,
        "Stop-WinService": stop,
        "Write-WinEvent": nothing,
    }
