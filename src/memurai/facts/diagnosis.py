"""What a server knows of its troubles."""

from collections.abc import Sequence

from typing_extensions import TypedDict

from memurai.facts.server import Server
from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class SlowCommand(TypedDict):
    """One entry of the slow log; arguments: how many, never what they are. The time is UTC."""

    id: int
    time_utc: str
    microseconds: int
    command: str
    arguments: int
    client_address: str


@strict_shape
class LatencyEvent(TypedDict):
    """The latest event of a kind; the time is UTC."""

    event: str
    time_utc: str
    latest_milliseconds: int
    maximum_milliseconds: int


@strict_shape
class ClientCount(TypedDict):
    """How many connections an address has."""

    address: str
    connections: int


@strict_shape
class KeySample(TypedDict):
    """Keys of a pattern among those that were looked at; complete: these were all. The average is in seconds."""

    pattern: str
    keys: int
    sampled_keys: int
    without_expiry: int
    average_ttl_seconds: int | None
    complete: bool


@strict_shape
class Unread(TypedDict):
    """What could not be read, and why."""

    what: str
    reason: str


@strict_shape
class DiagnosisState(TypedDict):
    """Everything that was found; info: the answer to INFO ALL, empty when there was none."""

    info: str
    slow_log: list[SlowCommand]
    latency: list[LatencyEvent]
    clients: list[ClientCount]
    key_patterns: list[KeySample]
    unknown: list[Unread]


class Diagnosis(PowerShellFact[DiagnosisState]):
    """Collect what a server knows of its troubles; no value, key or argument of a command is among it.

    server: where the server is. patterns: of the keys to count. sample_keys: about how many keys are looked at for
    each.
    """

    shape = DiagnosisState

    def command(self, server: Server, patterns: Sequence[str], sample_keys: int = 10_000) -> PowerShellCall:
        """Return the call."""
        parameters = {**server.parameters(), "Patterns": list(patterns), "SampleKeys": sample_keys}
        return PowerShellCall("Get-MemuraiDiagnosis", parameters)
