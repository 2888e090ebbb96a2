"""Data that a deploy would start a server without: the run is refused, with a way on that loses nothing when obeyed.

What a present server has is compared with what a start on the new configuration would load.
"""

from collections.abc import Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

from jinja2 import TemplateError
from pyinfra.api import Host

from memurai import configuration, credentials, data_doubt, data_effects, extras, layout, ownership, restores
from memurai.data_effects import DEPLOY, REWRITE, Held, limits_of, numbered, on_host, step
from memurai.data_move import AGAIN, RULE, DataMove, copy_steps, deploy_steps, name_steps
from memurai.data_place import DEFAULTS, DataFiles, DataPlace, directives, files_at, same_content
from memurai.exceptions import ConfigurationError, UnknownServerError
from memurai.present_server import STOPPED, UNREAD, PresentServer, find, same_path
from memurai.settings import Settings
from winfra.facts.files import TextFile

# Reasons by host: several tasks of one run ask, and nothing has changed between them.
_problems: WeakKeyDictionary[Host, list[str]] = WeakKeyDictionary()


def problems(current: Host, settings: Settings) -> list[str]:
    """Return why a deploy would start the server of a host without data that it has; asked once a run."""
    host: Host = current.inventory.get_host(current.name)
    if host not in _problems:
        try:
            _problems[host] = list(_found_problems(current, settings))
        except (UnknownServerError, ConfigurationError) as error:
            _problems[host] = [str(error)]
        except TemplateError as error:
            _problems[host] = [f"{configuration.TEMPLATE}: expected a template that renders: {error}"]
    return _problems[host]


def _found_problems(host: Host, settings: Settings) -> Iterator[str]:
    # Refused for that, with words of their own: somebody else's service, and data that a restore has put aside.
    if ownership.service_problems(host, settings) or restores.problem(host, settings):
        return
    desired = configuration.rendered(settings, credentials.resolve(settings)).unmask()
    present = find(host, settings, desired)
    values = directives(_new_text(host, settings, desired))
    place, limits = DataPlace.of(values, settings.package.folder), limits_of(values)
    new = _read(files_at(host, place))
    if present is None:
        yield from _leftover_problems(host, settings, new)
        return
    yield from _data_problems(host, settings, present, new)
    if present.held is not None:
        # Of a server that a deploy made, the next one rewrites the append-only file itself.
        is_ours = same_path(present.configuration, layout.configuration_file(settings))
        rewrites = is_ours and "BGREWRITEAOF" not in present.disabled
        yield from data_effects.problems(present.limits, limits, present.held, present.command_line, rewrites=rewrites)
    elif limits.databases < present.limits.databases and _read(files_at(host, present.place)).at_stake:
        yield numbered(
            f"databases: expected at least {present.limits.databases} while the service {present.service} does not run "
            f"and its server can't be asked which of them have keys, found {limits.databases}. {RULE}",
            [step(f'set "databases": {present.limits.databases} in memurai_extra directives'), DEPLOY],
        )


def _new_text(host: Host, settings: Settings, desired: str) -> str:
    """Return the configuration as the deploy would write it."""
    file = host.get_fact(TextFile, path=layout.configuration_file(settings))
    if file is None:
        raise UnknownServerError(UNREAD)
    return desired if file["content"] is None else extras.merged(file["content"], desired)


def _read(files: DataFiles | None) -> DataFiles:
    if files is None:
        raise UnknownServerError(UNREAD)
    return files


def _data_problems(host: Host, settings: Settings, present: PresentServer, new: DataFiles) -> Iterator[str]:
    move = DataMove(settings, present, _read(files_at(host, present.place)), new)
    if present.held is not None:
        yield from _running_problems(move, present.held)
        return
    if doubts := list(data_doubt.problems(host, move)):
        yield from doubts
        return
    source, is_same = move.source, present.place.is_like(new.place)
    if present.unanswered and not is_same:
        yield present.unanswered
        return
    loads_it = source == new.loaded and (is_same or (source and same_content(host, source, present.place, new.place)))
    if source is None or (loads_it and (is_same or present.state in (STOPPED, ""))):
        return
    yield move.refusal()


def _running_problems(move: DataMove, held: Held) -> Iterator[str]:
    present, place = move.present, move.present.place
    is_ours = same_path(present.configuration, layout.configuration_file(move.settings))
    if held.is_empty or (is_ours and place.is_like(move.new.place)):
        return
    said = f"{move.found}, while the new configuration looks in {move.new.place.folder}. {RULE}"
    if place.key != present.filed.key:
        yield numbered(
            f"memurai_storage.data: found {said} The server runs with another place (dir, dbfilename, appenddirname, "
            f"appendfilename, appendonly) than its configuration says. Have it write what it runs with into that file"
            f"{move.renamed('CONFIG')}:",
            [on_host(f"{present.command_line} CONFIG REWRITE"), AGAIN],
        )
    elif place.appendonly and move.files.loaded is None:
        yield numbered(
            f"memurai_storage.data: found {said} Its append-only file is not in {place.folder}, where the server is "
            f"now. Have it written there{move.renamed('BGREWRITEAOF')}:",
            [on_host(f"{present.command_line} {REWRITE}"), AGAIN],
        )
    else:
        yield move.refusal()


def _leftover_problems(host: Host, settings: Settings, new: DataFiles) -> Iterator[str]:
    """Yield data of a server whose service and configuration are gone."""
    defaults = DataPlace.of(DEFAULTS, settings.package.folder)
    if doubts := list(data_doubt.found_problems(host, new, data_doubt.BY_SETTINGS)):
        yield from doubts
        return
    both = deploy_steps(appendonly=False, wanted=new.place.appendonly)
    if new.loaded is None and new.at_stake is not None:
        yield numbered(
            f"memurai_persistence.appendonly: expected an append-only file beside {new.place.path('snapshot')}, found "
            f"none: the server would start empty and overwrite the snapshot. {RULE} A running server begins its "
            "append-only file without losing a key:",
            both,
        )
        return
    earlier = _read(files_at(host, defaults))
    source = "append_only" if earlier.manifest["kind"] != "Absent" else earlier.at_stake
    if new.present or source is None:
        return
    earlier = replace(earlier, place=replace(defaults, appendonly=source != "snapshot"))
    if doubts := list(data_doubt.found_problems(host, earlier, data_doubt.BY_SETTINGS)):
        yield from doubts
        return
    steps = [*copy_steps(defaults, new, source), *name_steps(defaults, new, source)]
    yield numbered(
        f"memurai_storage.data: expected no data outside {settings.storage.data}, found "
        f"{', '.join(earlier.present)} of an earlier server: the new one would start without it. {RULE} If it is not "
        "wanted, give it another name and deploy; otherwise, in this order:",
        [*steps, *deploy_steps(appendonly=source != "snapshot", wanted=new.place.appendonly)],
    )
