"""A drill: the primary's process is ended under a client that writes, and what came of it is told."""

import json
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import gevent  # type: ignore[import-untyped]
from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai import members
from memurai.exceptions import MemuraiError, TopologyError
from memurai.instance import Instance
from memurai.operations.failover import findings, may_fail_over, not_replaced, wait_for
from memurai.topology import decide
from memurai.writing import Access, Writer
from winfra.call import PowerShellCall
from winfra.operations.shape import show_difference

# Acknowledged writes before the primary goes: the client works.
FIRST_WRITES = 50
FIRST_WRITES_SECONDS = 30


@dataclass(frozen=True)
class Drill:
    """What is to be tried; the arguments of `drilled` of these names."""

    instance: Instance
    access: Access
    timeout_seconds: int
    report: str | None


@dataclass(frozen=True)
class Outcome:
    """What came of a drill; seconds are those of the client.

    former_primary, primary: members' names. writes_failed_seconds: the longest time without an acknowledged write.
    healed_seconds: until the set was whole again, the former primary in it.
    """

    set_name: str
    former_primary: str
    primary: str
    attempted_writes: int
    acknowledged_writes: int
    lost_writes: int
    writes_failed_seconds: float
    healed_seconds: float

    def lines(self) -> Iterator[str]:
        """Yield it for people."""
        yield f"drill on the set {self.set_name}: {self.former_primary} was ended, {self.primary} is the primary"
        yield f"writes failed for {self.writes_failed_seconds:.1f} s at most"
        yield (
            f"{self.lost_writes} of {self.acknowledged_writes} acknowledged writes were lost "
            f"({self.attempted_writes} were attempted)"
        )
        yield f"the set was whole again after {self.healed_seconds:.1f} s, with {self.former_primary} in it"


@operation()
def drilled(
    instance: Instance, access: Access, timeout_seconds: int, report: str | None = None
) -> Generator[PyinfraCommand, None, None]:
    """End the primary's process, which this host has, under a client that writes from here; report what came of it.

    + instance: the server
    + access: how the client reaches the set
    + timeout_seconds: longest wait for each: a whole set, another primary, a whole set again
    + report: path of a file that gets the report as JSON, too
    """
    name = members.name_of(current_host)
    show_difference(f"primary of the set {access.name}", [f"{name}: its process"], ["ended, while a client writes"])
    yield FunctionCommand(drill, (Drill(instance, access, timeout_seconds, report),), {})


def drill(state: State, host: Host, wanted: Drill) -> bool:  # noqa: ARG001  # pyinfra's names
    """Carry a drill out; False fails the host."""
    try:
        wait_for(host, "a whole set", may_fail_over(members.name_of(host)), wanted.timeout_seconds)
        with _writing(wanted.access) as writer:
            outcome = _outcome(host, wanted, writer)
    except MemuraiError as error:
        logger.error(f"{host.print_prefix}{error}")
        return False
    for line in outcome.lines():
        logger.info(f"{host.print_prefix}{line}")
    if wanted.report is not None:
        Path(wanted.report).write_text(json.dumps(asdict(outcome), indent=2) + "\n")
    return True


def _outcome(host: Host, wanted: Drill, writer: Writer) -> Outcome:
    former, began = members.name_of(host), time.monotonic()
    with _ended(host, wanted.instance):
        wait_for(host, f"another primary than {former}", not_replaced(former), wanted.timeout_seconds)
    evidence = wait_for(host, "a whole set", findings, wanted.timeout_seconds)
    seconds = time.monotonic() - began
    writer.end()
    return Outcome(
        writer.access.name,
        former,
        decide(evidence).primary,
        writer.attempts,
        len(writer.acknowledged),
        writer.lost(),
        round(writer.longest_gap_seconds, 2),
        round(seconds, 2),
    )


@contextmanager
def _writing(access: Access) -> Iterator[Writer]:
    """Give a client that writes; raise TopologyError when it can't."""
    writer = Writer(access)
    running = gevent.spawn(writer.run)
    try:
        deadline = time.monotonic() + FIRST_WRITES_SECONDS
        while len(writer.acknowledged) < FIRST_WRITES:
            if time.monotonic() > deadline:
                raise TopologyError(
                    access.name,
                    f"{FIRST_WRITES} acknowledged writes of a client on this machine",
                    f"{len(writer.acknowledged)} within {FIRST_WRITES_SECONDS} s: {writer.error}",
                    [],
                    "Nothing was touched. This machine has to reach the servers and Sentinels, as applications do: "
                    "memurai_network.allowed_addresses.",
                )
            gevent.sleep(0.1)
        yield writer
    finally:
        writer.end()
        running.join()


@contextmanager
def _ended(host: Host, instance: Instance) -> Iterator[None]:
    """End a server's process and keep Windows from starting it again, until the end of the block."""
    _call(host, "Set-WinService", {"Name": instance.service, "StartType": "Disabled"})
    try:
        _call(host, "Stop-WinFolderProcess", {"Folder": instance.config})
        yield
    finally:
        _call(host, "Set-WinService", {"Name": instance.service, "StartType": instance.start_type})
        _call(host, "Start-WinService", {"Name": instance.service, "TimeoutSeconds": instance.timeout_seconds})


def _call(host: Host, function: str, parameters: dict[str, object]) -> None:
    is_done, output = host.run_shell_command(PowerShellCall(function, parameters))
    if not is_done:
        raise MemuraiError(f"{function} on {host.name}: {output.stderr}")
