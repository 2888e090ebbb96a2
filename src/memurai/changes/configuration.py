"""The steps that change a server's configuration: tried first, then given to the running server or to its next start.

A server stops only after it has saved all that its former and its new configuration would look for, and starts again
with one of them. What is undone leaves the former file and a server that runs on it.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyinfra.api import HiddenValue

from memurai.changes.comparison import APPEND_ONLY, YES, Plan
from memurai.changes.history import History
from memurai.config import Change as Difference
from memurai.config import Document, set_arguments
from memurai.config.meaning import default
from memurai.config.membership import is_member
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.server import Server
from winfra.call import PowerShellCall
from winfra.change import Afterwards, Change, Step
from winfra.secrets import hidden

TRIAL_SECONDS = 30
COMMAND_SECONDS = 60
# Beyond what a call waits by itself.
MARGIN_SECONDS = 60
WRITTEN = {
    "aof_enabled": "1",
    "aof_rewrite_scheduled": "0",
    "aof_rewrite_in_progress": "0",
    "aof_last_bgrewrite_status": "ok",
}


def change(instance: Instance, plan: Plan, history: History, left: Sequence[str] = ()) -> Change:
    """Return the change that a plan comes to.

    history: what is kept of earlier configurations. left: paths of what earlier runs left, which goes.
    """
    steps = [*trial(instance, plan.desired, plan.new), *_append_only_on(instance, plan)]
    is_other_text = plan.desired.text != plan.before
    # First what needs room on the disk.
    steps += kept(instance, history) if is_other_text else ()
    put_it = [put(instance, plan.desired, history)] if is_other_text else []
    steps += _restarted(instance, plan, put_it, history.sha256) if plan.restart else [*_live(instance, plan), *put_it]
    return Change(
        name=f"configuration of {instance.service}",
        folder=instance.changes,
        steps=tuple(steps),
        afterwards=(*(tidied(history) if is_other_text else ()), *gone(left)),
    )


def trial(instance: Instance, document: Document, endpoint: Endpoint) -> Iterator[Step]:
    """Yield the steps that try a configuration: its server is gone at the end.

    endpoint: the server as the document makes it, which is reached in the same way but at another port.
    """
    folder = instance.trial_folder
    clear = PowerShellCall("Remove-WinItem", {"Path": folder, "Recurse": True})
    yield Step("make room for a trial", clear, clear)
    server = Server(
        instance.command_line_client,
        endpoint.address,
        instance.trial_port,
        endpoint.password,
        endpoint.user,
        endpoint.tls,
    )
    parameters = {
        "ProgramPath": instance.program,
        "Content": hidden(document.text),
        "Arguments": list(trial_arguments(instance, document, endpoint)),
        "ScratchFolder": folder,
        "Server": server.on_wire(),
        "TimeoutSeconds": TRIAL_SECONDS,
    }
    yield Step(
        "try the new configuration",
        PowerShellCall("Test-MemuraiConfiguration", parameters),
        PowerShellCall("Stop-WinFolderProcess", {"Folder": folder}),
        timeout_seconds=2 * TRIAL_SECONDS + MARGIN_SECONDS,
    )


def trial_arguments(instance: Instance, document: Document, endpoint: Endpoint) -> Iterator[str]:
    """Yield what a trial's server reads after the file.

    So it shares neither port, folder, log file nor process id file with the running server, and writes no data. A
    primary must not be asked for its data; the override `replicaof no one` is no way out: Redis 7.0 then asks that
    port of this very host (seen in 7.0.15). So the trial is a replica of itself, which never gets in sync. A server
    for encrypted connections is tried with such a port, so that it reads its certificates; the other port would be the
    running server's, so there is none.
    """
    port, names = str(instance.trial_port), {line.name for line in document.directives}
    # Inside double quotes, which the server puts around an argument for itself, a backslash may be an escape.
    yield from ("--bind", endpoint.address, "--dir", instance.trial_folder.replace("\\", "/"))
    yield from ("--logfile", "", "--pidfile", "", "--appendonly", "no", "--save", "")
    if endpoint.tls is not None:
        yield from ("--port", "0", "--tls-port", port)
    else:
        yield from ("--port", port, *(("--tls-port", "0") if "tls-port" in names else ()))
    if names & {"replicaof", "slaveof"}:
        yield from ("--replicaof", endpoint.address, port, "--replica-serve-stale-data", "yes")


def _append_only_on(instance: Instance, plan: Plan) -> Iterator[Step]:
    """Yield what has a running server begin its append-only file: a start would load an empty one."""
    if not (plan.running and plan.begins_append_only):
        return
    yield sent(
        instance,
        "switch to its append-only file",
        (plan.live.config_set(("appendonly", "yes")), plan.live.config_set(("appendonly", "no"))),
        _ways(instance, plan),
        plan.sound,
    )
    waiting = _waiting(instance, plan.live, WRITTEN, instance.timeout_seconds)
    yield Step("wait until the append-only file is written", waiting, timeout_seconds=_seconds(instance))


def _live(instance: Instance, plan: Plan) -> Iterator[Step]:
    """Yield what gives the running server what it takes without a restart."""
    found = plan.live_changes if plan.running else ()
    arguments = set_arguments(found)
    if arguments:
        if any(difference.key == APPEND_ONLY and difference.after != YES for difference in found):
            # From then on a start loads a snapshot, whoever causes it, and it may never have written one.
            saving = {"Server": plan.live.server(instance.command_line_client).on_wire(), "Snapshot": True}
            yield Step(
                "save a snapshot, which the next start loads",
                PowerShellCall("Save-MemuraiData", {**saving, "TimeoutSeconds": instance.timeout_seconds}),
                _waiting(instance, plan.live, WRITTEN, instance.timeout_seconds),
                timeout_seconds=_seconds(instance),
            )
        yield sent(
            instance,
            "take the new values",
            (plan.live.config_set(arguments), plan.live.config_set(set_arguments(map(_reversed, found)))),
            _ways(instance, plan),
            plan.sound,
        )
    if plan.running and (arguments or plan.begins_append_only):
        proof = {"Server": plan.new.server(instance.command_line_client).on_wire(), "TimeoutSeconds": TRIAL_SECONDS}
        yield Step("reach the server as the new file says", PowerShellCall("Wait-MemuraiServer", proof))


def sent(
    instance: Instance,
    purpose: str,
    commands: tuple[HiddenValue, HiddenValue],
    ways: Sequence[Server],
    running: Document,
) -> Step:
    """Return the step that sends a command to the running server, and one that takes it back.

    purpose: what the server is to do. commands: the two. ways: to reach it, before and after. running: its
    configuration.
    """
    do, undo = (
        sending(instance, what, command, ways, running)
        for what, command in zip((purpose, f"not to {purpose} any more"), commands, strict=True)
    )
    return Step(f"have the running server {purpose}", do, undo, COMMAND_SECONDS + MARGIN_SECONDS)


def sending(
    instance: Instance, purpose: str, command: HiddenValue, ways: Sequence[Server], running: Document
) -> PowerShellCall:
    """Return what sends a command to the running server. Arguments are those of `sent`."""
    parameters = {
        "Servers": [way.on_wire() for way in ways],
        "SecretCommand": command,
        "Purpose": purpose,
        "ServiceName": instance.service,
        "LogPath": log_path(instance, running),
        "TimeoutSeconds": COMMAND_SECONDS,
    }
    return PowerShellCall("Send-MemuraiCommand", parameters)


def kept(instance: Instance, history: History) -> Iterator[Step]:
    """Yield the steps that keep the present file, if there is one that is not kept already."""
    entry = history.entry
    if entry is None or history.is_kept:
        return
    # What is made in it takes its access list from the folder of the configuration.
    yield Step("make the folder of earlier ones", PowerShellCall("New-WinDirectory", {"Path": history.folder}))
    # Once it is whole it stays, also when all is undone: an undoing that failed begins again, and needs it.
    yield Step(
        "keep the present file",
        PowerShellCall("Restore-WinFile", {"Path": entry, "Copy": instance.configuration}),
        PowerShellCall("Restore-WinFile", {"Path": entry, "Copy": entry}),
    )


def put(instance: Instance, document: Document, history: History) -> Step:
    """Return the step that puts a new file in the place of the present one, which is kept."""
    return Step(
        "put the new file",
        PowerShellCall("Write-WinFile", {"Path": instance.configuration, "Content": hidden(document.text)}),
        PowerShellCall("Restore-WinFile", {"Path": instance.configuration, "Copy": history.entry}),
    )


def _restarted(instance: Instance, plan: Plan, between: Sequence[Step], sha256: str | None) -> list[Step]:
    """Return the steps of a restart.

    between: what is done while the server is stopped. sha256: of the former file, the only one to go back to.
    """
    service = {"ServiceName": instance.service, "TimeoutSeconds": instance.timeout_seconds}
    ways = [way.on_wire() for way in _ways(instance, plan)]
    # Also what the former configuration loads, should it have to come back.
    saving = {**service, "Servers": ways, "Snapshot": not (plan.new.appendonly and plan.former.appendonly)}
    former = {
        **_start(instance, plan.former, plan.sound),
        "RunningServers": ways,
        "ConfigurationPath": instance.configuration,
        "Sha256": sha256,
    }
    new = {**_start(instance, plan.new, plan.desired), "Expected": _expected(plan)}
    steps = []
    if plan.new.appendonly and not plan.begins_append_only:
        # Restarted, another one would load an empty file and lose its data.
        written = _waiting(instance, plan.live, {"aof_enabled": "1"}, TRIAL_SECONDS)
        steps.append(Step("find that the running server writes its append-only file", written))
    return [
        *steps,
        Step(
            "save and stop the server",
            PowerShellCall("Stop-MemuraiServer", saving),
            PowerShellCall("Start-MemuraiServer", former),
            timeout_seconds=_seconds(instance),
        ),
        *between,
        Step(
            "start the server and wait until it is fit",
            PowerShellCall("Start-MemuraiServer", new),
            PowerShellCall(
                "Stop-WinHungService", {"Name": instance.service, "TimeoutSeconds": instance.timeout_seconds}
            ),
            timeout_seconds=_seconds(instance),
        ),
    ]


def _start(instance: Instance, endpoint: Endpoint, document: Document) -> dict[str, object]:
    return {
        "ServiceName": instance.service,
        "Server": endpoint.server(instance.command_line_client).on_wire(),
        "LogPath": log_path(instance, document),
        "TimeoutSeconds": instance.timeout_seconds,
    }


def _expected(plan: Plan) -> dict[str, str]:
    expected = {"loading": "0", "aof_enabled": str(int(plan.new.appendonly))}
    if is_member(plan.desired):
        # Its Sentinels may give it another role as soon as it is there.
        return expected
    return {**expected, "role": "slave" if plan.new.is_replica else "master"}


def log_path(instance: Instance, document: Document) -> str | None:
    """Return the path of the log file that a configuration names; None without one."""
    values = document.words
    if not values.get("logfile"):
        return None
    folder = ntpath.join(ntpath.dirname(instance.program), values.get("dir", ""))
    return ntpath.normpath(ntpath.join(folder, values["logfile"]))


def _ways(instance: Instance, plan: Plan) -> list[Server]:
    """Return the ways to reach the running server: as it is, in part already as it will be, and as it will be."""
    live, new = plan.live, plan.new
    ways = [live]
    if (live.user, live.password.unmask()) != (new.user, new.password.unmask()):
        ways.append(replace(live, user=new.user, password=new.password))
    if (live.address, live.port, live.tls) != (new.address, new.port, new.tls):
        ways.append(new)
    return [way.server(instance.command_line_client) for way in ways]


def _waiting(instance: Instance, endpoint: Endpoint, expected: Mapping[str, str], seconds: int) -> PowerShellCall:
    server = endpoint.server(instance.command_line_client).on_wire()
    waiting = {"Server": server, "Expected": dict(expected), "TimeoutSeconds": seconds}
    return PowerShellCall("Wait-MemuraiServer", waiting)


def _reversed(difference: Difference) -> Difference:
    before = difference.before if difference.before is not None else default(difference.key)
    return Difference(difference.key, difference.after, before)


def _seconds(instance: Instance) -> int:
    # What starts or stops waits for the service, and for its server.
    return 2 * instance.timeout_seconds + MARGIN_SECONDS


def tidied(history: History) -> Iterator[Afterwards]:
    """Yield what removes the oldest of the earlier files."""
    for path in history.outlived:
        yield Afterwards("remove the oldest of the earlier ones", PowerShellCall("Remove-WinItem", {"Path": path}))


def gone(left: Iterable[str]) -> Iterator[Afterwards]:
    """Yield what removes files that earlier runs left."""
    for path in left:
        yield Afterwards("remove what a run left", PowerShellCall("Remove-WinItem", {"Path": path}))
