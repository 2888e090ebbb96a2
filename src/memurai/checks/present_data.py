"""Data that a deploy would start a server without: the run is refused, with a way on that loses nothing when obeyed.

What a present server has is compared with what a start on the new configuration would load.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from weakref import WeakKeyDictionary, WeakSet

from jinja2 import TemplateError
from pyinfra.api import Host

from memurai.checks import data_doubt, ownership, restores
from memurai.checks.data_ways import AGAIN, RULE, DataMove, copy_steps, deploy_steps, name_steps
from memurai.checks.present_server import STOPPED, UNREAD, PresentServer, find, same_path
from memurai.config import Document, extras, format_size, quote
from memurai.data import effects
from memurai.data.effects import DEPLOY, REWRITE, Held, Limits, asking, limits_of, numbered, step
from memurai.data.place import DEFAULTS, DataFiles, DataPlace, files_at, same_content
from memurai.exceptions import ConfigurationError, UnknownServerError
from memurai.instance import Instance
from memurai.rendering import configuration
from memurai.settings import Settings, credentials
from winfra.facts.files import TextFile
from winfra.facts.packages import Products
from winfra.operations.packages import comparable

# Reasons by host: several tasks of one run ask, and nothing has changed between them.
_problems: WeakKeyDictionary[Host, list[str]] = WeakKeyDictionary()
# Hosts whose configuration this run writes; a stop after that is followed by a start on what was written.
_configured: WeakSet[Host] = WeakSet()


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


def configured(current: Host) -> None:
    """Note that this run writes the configuration of a host before what follows."""
    _configured.add(current.inventory.get_host(current.name))


def upgrade_problems(host: Host, settings: Settings) -> list[str]:
    """Return why another version, under which a server is stopped, may not be installed; none for the present one."""
    found = host.get_fact(Products, product=settings.package.product)
    if found is None:
        return [UNREAD]
    versions = [comparable(item["version"] or "") for item in found["products"]]
    return [] if versions in ([], [comparable(settings.package.version)]) else stop_problems(host, settings)


def stop_problems(host: Host, settings: Settings) -> list[str]:
    """Return why the server may not be stopped: it would start on a file that says another thing than it runs with."""
    # Somebody else's service is refused for that, with words of their own.
    if host.inventory.get_host(host.name) in _configured or ownership.service_problems(host, settings):
        return []
    try:
        desired = Document.of(configuration.rendered(settings, credentials.resolve(settings)).unmask())
        present = find(host, settings, desired)
    except (UnknownServerError, ConfigurationError) as error:
        return [str(error)]
    except TemplateError as error:
        return [f"{configuration.TEMPLATE}: expected a template that renders: {error}"]
    return [] if present is None else list(_stop_problems(present))


def _stop_problems(present: PresentServer) -> Iterator[str]:
    if present.unanswered:
        yield present.unanswered
        return
    if present.held is None or present.held.is_empty:
        return
    filed, limits = present.filed_limits, present.limits
    has_less = filed.databases < limits.databases or (filed.maxmemory or inf) < (limits.maxmemory or inf)
    if present.place.key == present.filed.key and not has_less:
        return
    yield numbered(
        f"service {present.service}: expected its configuration {present.configuration} to say what the server runs "
        "with before it is stopped (dir, dbfilename, appenddirname, appendfilename, appendonly, databases, maxmemory), "
        f"found a difference: its next start would not load its data. {RULE}",
        [step("run tasks/configure.py for the host, which has both agree"), DEPLOY],
    )


def _found_problems(host: Host, settings: Settings) -> Iterator[str]:
    # Refused for that, with words of their own: somebody else's service, and data that a restore has put aside.
    if ownership.service_problems(host, settings) or restores.problem(host, settings):
        return
    desired = Document.of(configuration.rendered(settings, credentials.resolve(settings)).unmask())
    present = find(host, settings, desired)
    values = _new(host, settings, desired).words
    place, limits = DataPlace.of(values, settings.package.folder), limits_of(values)
    new = _read(files_at(host, place))
    if present is None:
        yield from _leftover_problems(host, settings, new)
        return
    yield from _data_problems(host, settings, present, new)
    if present.held is not None:
        # Of a server that a deploy made, the next one rewrites the append-only file itself.
        is_ours = same_path(present.configuration, Instance.of(settings).configuration)
        rewrites = is_ours and "BGREWRITEAOF" not in present.disabled
        yield from effects.problems(present.limits, limits, present.held, present.server, rewrites=rewrites)
    else:
        yield from _unasked_problems(host, present, limits)


def _unasked_problems(host: Host, present: PresentServer, limits: Limits) -> Iterator[str]:
    """Yield smaller limits of a server that has data and can't be asked whether that fits."""
    files = _read(files_at(host, present.place))
    if not files.at_stake:
        return
    asked = f"while the service {present.service} does not run and its server can't be asked"
    if limits.databases < present.limits.databases:
        yield numbered(
            f"databases: expected at least {present.limits.databases} {asked} which of them have keys, found "
            f"{limits.databases}. {RULE}",
            [step(f'set "databases": {present.limits.databases} in memurai_extra directives'), DEPLOY],
        )
    before, after = present.limits.maxmemory, limits.maxmemory
    if before and after and after < before:
        yield numbered(
            f"maxmemory: expected at least {format_size(before)} {asked} how much its data uses, found "
            f"{format_size(after)}: at its start it would delete keys, or refuse writes. {RULE} It can have less when "
            "it runs:",
            [step(f'set "maxmemory": {quote(format_size(before))} in memurai_memory'), DEPLOY],
        )


def _new(host: Host, settings: Settings, desired: Document) -> Document:
    """Return the configuration as the deploy would write it."""
    file = host.get_fact(TextFile, path=Instance.of(settings).configuration)
    if file is None:
        raise UnknownServerError(UNREAD)
    return desired if file["content"] is None else extras.merged(Document.of(file["content"]), desired)


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
    is_ours = same_path(present.configuration, Instance.of(move.settings).configuration)
    if held.is_empty or (is_ours and place.is_like(move.new.place)):
        return
    said = f"{move.found}, while the new configuration looks in {move.new.place.folder}. {RULE}"
    if place.key != present.filed.key:
        yield numbered(
            f"memurai_storage.data: found {said} The server runs with another place (dir, dbfilename, appenddirname, "
            f"appendfilename, appendonly) than its configuration says. Have it write what it runs with into that file"
            f"{move.renamed('CONFIG')}:",
            [*asking(present.server, "CONFIG REWRITE"), AGAIN],
        )
    elif place.appendonly and move.files.loaded is None:
        yield numbered(
            f"memurai_storage.data: found {said} Its append-only file is not in {place.folder}, where the server is "
            f"now. Have it written there{move.renamed('BGREWRITEAOF')}:",
            [*asking(present.server, REWRITE), AGAIN],
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
