"""A call of one PowerShell library function, as a pyinfra command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyinfra.api import HiddenValue, StringCommand
from typing_extensions import override

from winfra.secrets import MASK, hidden_values


class PowerShellCall(StringCommand):
    """Call one library function on a host.

    function: name of the function, e.g. `Get-WinService`.
    parameters: values of its parameters by name; None is left out; a HiddenValue travels as a secret.
    confidential: its output may hold secrets (the text of a file) and is never printed.
    reads: whether it changes nothing; None: what its verb says.

    Prints as readable PowerShell; what travels is the name and the parameters as JSON, so that no text of ours
    ever becomes PowerShell source.
    """

    def __init__(
        self,
        function: str,
        parameters: Mapping[str, object],
        *,
        confidential: bool = False,
        reads: bool | None = None,
    ) -> None:
        self.function = function
        self.parameters = {name: value for name, value in parameters.items() if value is not None}
        self.confidential = confidential
        self.reads = function.startswith("Get-") if reads is None else reads
        super().__init__(render_call(function, self.parameters))

    @override
    def __repr__(self) -> str:
        return f"PowerShellCall({self.get_masked_value()})"

    @property
    def secrets(self) -> set[str]:
        """The secrets among the parameters."""
        return hidden_values(self.parameters)

    def wire_parameters(self) -> dict[str, Any]:
        """Return the parameters as they travel, secrets marked and in clear."""
        return {name: _wire_value(value) for name, value in self.parameters.items()}


class PowerShellBatch(PowerShellCall):
    """Make many calls that read in one request.

    calls: they and their answers have the same order.
    """

    def __init__(self, calls: Sequence[PowerShellCall]) -> None:
        self.calls = tuple(calls)
        parts = [{"Function": call.function, "Parameters": call.parameters} for call in calls]
        confidential = any(call.confidential for call in calls)
        super().__init__("Invoke-WinBatch", {"Calls": parts}, confidential=confidential, reads=True)


def _wire_value(value: object) -> object:
    if isinstance(value, HiddenValue):
        return {"$secret": value.unmask()}
    if isinstance(value, Mapping):
        return {key: _wire_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_wire_value(item) for item in value]
    return value


def render_call(function: str, parameters: Mapping[str, object]) -> str:
    """Return a call as PowerShell that a person can read, secrets masked."""
    rendered = [f"-{name} {render_value(value)}" for name, value in parameters.items()]
    return " ".join([function, *rendered])


def render_value(value: object) -> str:
    """Return a value as a PowerShell literal; a secret as `<secret>`."""
    if isinstance(value, HiddenValue):
        return MASK
    if isinstance(value, bool):
        return f"${str(value).lower()}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "@{" + "; ".join(f"{key} = {render_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "@(" + ", ".join(render_value(item) for item in value) + ")"
    return "'" + str(value).replace("'", "''") + "'"
