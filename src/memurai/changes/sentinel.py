"""The steps that give a Sentinel another configuration: while it runs as far as it takes that, else by its file.

A Sentinel holds no data but its file, which it writes anew whenever it learns something. So the file is changed only
while the Sentinel does not run, and only when it is still the one that the new one was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from memurai.changes.configuration import COMMAND_SECONDS, MARGIN_SECONDS, TRIAL_SECONDS
from memurai.config import Change as Difference
from memurai.config.sentinel import (
    REQUIREPASS,
    SENTINEL,
    SentinelCall,
    SentinelDocument,
    calls,
    compare,
    is_watching_anew,
    merge,
    needs_restart,
    taken_back,
)
from memurai.endpoint import Endpoint
from memurai.sentinel import Sentinel
from winfra.call import PowerShellCall
from winfra.change import Afterwards, Change, Step
from winfra.secrets import hidden

# What a Sentinel says of itself, and no server.
MODE = {"redis_mode": "sentinel"}
OWN_PASSWORD = (SENTINEL, "sentinel-pass")
FLUSH = SentinelCall(hidden("SENTINEL FLUSHCONFIG"), "SENTINEL FLUSHCONFIG")


@dataclass(frozen=True)
class Plan:
    """What a Sentinel comes to.

    live: what it has, None without a file. sha256: of that file. desired: the whole configuration. running: whether
    it runs.
    """

    live: SentinelDocument | None
    sha256: str | None
    desired: SentinelDocument
    running: bool

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What differs; what the Sentinel remembers, and which server is the primary now, does not."""
        return compare(self.live or SentinelDocument.of(""), self.desired)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return self.live is not None and not self.changes

    @property
    def restarting(self) -> tuple[Difference, ...]:
        """The changes that a running Sentinel takes at its start only.

        One that does not watch the set yet takes all of it from its file: none of its options could be taken back as
        long as it does not.
        """
        return tuple(change for change in self.changes if needs_restart(change) or is_watching_anew(change))

    @property
    def text(self) -> str:
        """The file from which it starts as desired."""
        return (self.desired if self.live is None else merge(self.live, self.desired)).text


def change(sentinel: Sentinel, plan: Plan) -> Change:
    """Return the change that a plan comes to."""
    name = f"configuration of {sentinel.service}"
    if plan.running and not plan.restarting:
        return Change(name, sentinel.changes, tuple(_live(sentinel, plan)))
    steps = [*_written(sentinel, plan)]
    if plan.running:
        steps = [_stopped(sentinel), *steps, _started(sentinel, plan)]
    former = PowerShellCall("Remove-WinItem", {"Path": sentinel.former_configuration})
    afterwards = () if plan.live is None else (Afterwards("remove the former file", former),)
    return Change(name, sentinel.changes, tuple(steps), afterwards)


def endpoint_of(document: SentinelDocument) -> Endpoint:
    """Return how a Sentinel is reached by its configuration, which has its own password as the one for the others.

    Raises ConfigSyntaxError when a Sentinel would refuse what it says of that.
    """
    values = document.values
    (password, *_), *_ = values.get(OWN_PASSWORD) or values.get(REQUIREPASS) or (("",),)
    return replace(Endpoint.of(document), password=hidden(password))


def ways_to(live: SentinelDocument, desired: SentinelDocument) -> tuple[Endpoint, ...]:
    """Return the ways to reach a running Sentinel: with the password in its file, and with the desired one.

    Raises ConfigSyntaxError as `endpoint_of` does.
    """
    former = endpoint_of(live)
    return former, replace(former, password=endpoint_of(desired).password)


def _live(sentinel: Sentinel, plan: Plan) -> Iterator[Step]:
    """Yield what gives a running Sentinel what it takes at once."""
    # Undone, this comes last: by then the Sentinel has all its former values.
    yield _sent(sentinel, plan, FLUSH, FLUSH)
    back = calls([taken_back(one) for one in plan.changes])
    for do, undo in zip(calls(plan.changes), back, strict=True):
        yield _sent(sentinel, plan, do, undo)
    assert plan.live is not None  # noqa: S101  # of one that runs
    proof = {**_reached(sentinel, ways_to(plan.live, plan.desired)[-1]), "TimeoutSeconds": TRIAL_SECONDS}
    yield Step("reach the Sentinel with its password", PowerShellCall("Wait-MemuraiServer", proof))


def _sent(sentinel: Sentinel, plan: Plan, do: SentinelCall, undo: SentinelCall) -> Step:
    assert plan.live is not None  # noqa: S101  # of one that runs
    ways = ways_to(plan.live, plan.desired)
    servers = [way.server(sentinel.command_line_client).on_wire() for way in ways]

    def sending(call: SentinelCall, purpose: str) -> PowerShellCall:
        parameters = {
            "Servers": servers,
            "SecretCommand": call.command_line,
            "Purpose": purpose,
            "ServiceName": sentinel.service,
            "LogPath": sentinel.log,
            "TimeoutSeconds": COMMAND_SECONDS,
        }
        return PowerShellCall("Send-MemuraiCommand", parameters)

    return Step(
        f"have the running Sentinel take {do.shown}",
        sending(do, f"take {do.shown}"),
        sending(undo, f"not to take {do.shown} any more"),
        COMMAND_SECONDS + MARGIN_SECONDS,
    )


def _written(sentinel: Sentinel, plan: Plan) -> Iterator[Step]:
    """Yield what puts the new file in its place while the Sentinel does not run."""
    path, copy = sentinel.configuration, sentinel.former_configuration
    former = {} if plan.live is None else {"Copy": copy}
    if plan.live is not None:
        yield Step(
            "keep the present file, unless the Sentinel has written another one since it was read",
            PowerShellCall("Copy-WinFile", {"Path": path, "Destination": copy, "Sha256": plan.sha256}),
            PowerShellCall("Restore-WinFile", {"Path": copy}),
            is_barrier=True,
        )
    yield Step(
        "put the new file",
        PowerShellCall("Write-WinFile", {"Path": path, "Content": hidden(plan.text)}),
        PowerShellCall("Restore-WinFile", {"Path": path, **former}),
        # As long as it is not back, its copy has to stay.
        is_barrier=True,
    )


def _stopped(sentinel: Sentinel) -> Step:
    service = {"Name": sentinel.service, "TimeoutSeconds": sentinel.timeout_seconds}
    stop, start = PowerShellCall("Stop-WinService", service), PowerShellCall("Start-WinService", service)
    return Step("stop the Sentinel", stop, start, _seconds(sentinel))


def _started(sentinel: Sentinel, plan: Plan) -> Step:
    limit = {"TimeoutSeconds": sentinel.timeout_seconds}
    reached = _reached(sentinel, endpoint_of(plan.desired))
    return Step(
        "start the Sentinel and wait until it answers",
        PowerShellCall("Start-MemuraiServer", {**reached, "LogPath": sentinel.log, **limit}),
        PowerShellCall("Stop-WinHungService", {"Name": sentinel.service, **limit}),
        _seconds(sentinel),
    )


def _reached(sentinel: Sentinel, endpoint: Endpoint) -> dict[str, object]:
    server = endpoint.server(sentinel.command_line_client).on_wire()
    return {"ServiceName": sentinel.service, "Server": server, "Expected": dict(MODE)}


def _seconds(sentinel: Sentinel) -> int:
    # What starts or stops waits for the service, and for the Sentinel.
    return 2 * sentinel.timeout_seconds + MARGIN_SECONDS
