"""Words for what a present server's data needs before a deploy: each step is safe to obey as it stands."""

import ntpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PureWindowsPath

from memurai import instance
from memurai.checks.present_server import STOPPED, PresentServer
from memurai.config import quote
from memurai.data.effects import DEPLOY, PAUSE, asking, numbered, on_host, step
from memurai.data.place import DataFiles, DataPlace, Source
from memurai.server import literal
from memurai.settings import Settings

RULE = "No server starts without the data it has, so nothing was changed."
AGAIN = step("deploy again; the next refusal says how the data gets there")
PERSISTENCE = "memurai_persistence"


@dataclass(frozen=True)
class DataMove:
    """A present server's data, and where the new configuration looks for it.

    files: what the present server has. new: what is where the new one looks.
    """

    settings: Settings
    present: PresentServer
    files: DataFiles
    new: DataFiles

    @property
    def source(self) -> Source | None:
        """What of the present files is the server's data; a running server without an AOF writes its snapshot."""
        if self.present.held is None:
            return self.files.at_stake
        return self.files.loaded if self.present.place.appendonly else "snapshot"

    @property
    def found(self) -> str:
        """What there is, and where."""
        held, place = self.present.held, self.present.place
        where = ", ".join(self.files.present) or place.folder
        what = f"{sum(held.keys.values())} keys" if held else "the data"
        return f"{what} of the service {self.present.service} in {where} (configuration {self.present.configuration})"

    def renamed(self, *commands: str) -> str:
        """Return a hint when the server has other names for commands of the steps."""
        found = [command for command in commands if command in self.present.renamed]
        return f" (it renames or disables {', '.join(found)}: use the name it has there)" if found else ""

    def refusal(self) -> str:
        """Return the reason and the steps: a stop without a loss, and the same files for the new configuration."""
        source, place, new = self.source, self.present.place, self.new
        if source is None or self._is_in_the_way:
            return self._other_base()
        steps = [*self._stop_steps(), *copy_steps(place, new, source), *name_steps(place, new, source)]
        return numbered(
            "memurai_storage.data: expected the new configuration to load what the server has, from "
            f"{new.place.folder}, found {self.found}. {RULE}{''.join(self._alternatives())} To go on, in this order, "
            f"each step only when the one before has succeeded{self.renamed('SAVE', 'CLIENT')}:",
            [*steps, *deploy_steps(appendonly=source != "snapshot", wanted=new.place.appendonly)],
        )

    @property
    def _is_in_the_way(self) -> bool:
        """Whether the data of a server that no deploy made lies in a folder that the deploy gives other access."""
        storage, place = self.settings.storage, self.present.place
        own = [PureWindowsPath(path) for path in storage.separate.values()]
        folder = PureWindowsPath(place.folder)
        return not self._is_managed and folder.is_relative_to(PureWindowsPath(storage.base)) and folder not in own

    @property
    def _is_managed(self) -> bool:
        """Whether the configuration is one that a deploy wrote, wherever its folder is."""
        names = PureWindowsPath(self.present.configuration.lower()).parts[-2:]
        return names == ("config", instance.CONFIGURATION_NAME)

    def _other_base(self) -> str:
        base = self.settings.storage.base
        return numbered(
            f"memurai_storage.base: expected a folder of the deploy's own, found {base} with {self.found}. {RULE} "
            "Choose a folder that does not exist yet:",
            [step(f'set "base": {quote(f"{base}-production")} in memurai_storage'), AGAIN],
        )

    def _alternatives(self) -> Iterator[str]:
        new, place = self.new.place, self.present.place
        if place.is_like(new):
            return
        if self._is_managed:
            config, data = (
                ntpath.dirname(self.present.configuration).replace("\\", "/"),
                place.folder.replace("\\", "/"),
            )
            yield f' If it shall stay where it is, give memurai_storage "config": "{config}" and "data": "{data}".'
        if self.new.present:
            yield (
                f" In {new.folder} there is other data ({', '.join(self.new.present)}): if that is what is wanted, "
                f"{'' if self.present.held is None else 'have the server save (SAVE), stop the service, '}give its own "
                "files other names, and deploy."
            )

    def _stop_steps(self) -> list[str]:
        present = self.present
        stop = on_host(f"Stop-Service -Name {literal(present.service)}")
        if present.held is None:
            return [] if present.state in ("", STOPPED) else [stop]
        # Nothing is written between the snapshot and the stop, which is not known to save; nor is an answered write
        # still on its way to the append-only file.
        commands = [PAUSE] if present.place.appendonly else [PAUSE, "SAVE"]
        return asking(present.server, *commands, then=[stop])


def copy_steps(place: DataPlace, new: DataFiles, source: Source) -> list[str]:
    """Return the steps that give a new place what a start at the present one loads; the present files stay."""
    if place.path(source).lower() == new.place.path(source).lower():
        return []
    own = {place.path(item).lower() for item in ("snapshot", "append_only", "earlier_append_only")}
    others = [path for path in new.present if path.lower() not in own]
    recurse = " -Recurse" if source == "append_only" else ""
    paths = f"-LiteralPath {literal(place.path(source))} -Destination {literal(new.place.path(source))}"
    return [
        step("run tasks/storage.py for the host, which makes the folders with their access"),
        *(on_host(aside_command(path)) for path in others),
        on_host(f"Copy-Item {paths}{recurse}"),
    ]


def aside_command(path: str) -> str:
    """Return the command that gives what stands at a path another name."""
    return f"Rename-Item -LiteralPath {literal(path)} -NewName {literal(f'{ntpath.basename(path)}.other')}"


def name_steps(place: DataPlace, new: DataFiles, source: Source) -> list[str]:
    """Return the step that lets an append-only file keep its name, which is in the names of its files."""
    if source == "snapshot" or place.append_only_name.lower() == new.place.append_only_name.lower():
        return []
    return [step(f'set "appendfilename": {quote(place.append_only_name)} in {PERSISTENCE}')]


def deploy_steps(*, appendonly: bool, wanted: bool) -> list[str]:
    """Return the steps by which a start loads the files as they are; a running server is switched without a loss.

    appendonly: whether the data is an append-only file. wanted: whether the settings want one.
    """
    if appendonly == wanted:
        return [DEPLOY]
    key = '"appendonly"'
    return [
        step(f"set {key}: {appendonly} in {PERSISTENCE}"),
        DEPLOY,
        step(f"take {key} in {PERSISTENCE} back to {wanted}"),
        DEPLOY,
    ]
