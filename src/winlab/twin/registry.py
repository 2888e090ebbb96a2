"""The library functions that have a twin."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]
"""The single output object of a function, its property names in PascalCase."""


Limit = range | str
"""The values a parameter may have, or a regular expression to be found in each of them."""

TIMEOUT_SECONDS = range(1, 86401)
"""What the library takes as a deadline."""

NOT_EMPTY = r"(?s)."
"""What the library takes as a text that may be left out (ValidateNotNullOrEmpty)."""


@dataclass(frozen=True)
class TwinFunction:
    """A library function in Python.

    Attributes:
        name: its PowerShell name.
        function: takes the machine, then the parameters as keywords in snake_case.
        outputs: the properties of what it returns, always all of them.
        limits: what the values of a parameter must lie in or match, by its name in snake_case.
    """

    name: str
    function: Callable[..., Output]
    outputs: tuple[str, ...]
    limits: Mapping[str, Limit] = field(default_factory=dict)

    @property
    def signature(self) -> inspect.Signature:
        """The signature, with real types as annotations."""
        return inspect.signature(self.function, eval_str=True)

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The parameters by their PowerShell name; the machine is none of them."""
        named = list(self.signature.parameters.items())[1:]
        return {pascal_case(name): parameter for name, parameter in named}


FUNCTIONS: dict[str, TwinFunction] = {}
"""All twins by PowerShell name; importing `winlab.twin.functions` fills it."""


def twin(name: str, /, *outputs: str, **limits: Limit) -> Callable[[Callable[..., Output]], Callable[..., Output]]:
    """Register a Python function as the twin of a library function.

    Args:
        name: its PowerShell name.
        outputs: the properties of the object it returns.
        limits: what ValidateRange and ValidatePattern ask of parameters, as a range or an expression.
    """

    def register(function: Callable[..., Output]) -> Callable[..., Output]:
        FUNCTIONS[name] = TwinFunction(name, function, outputs, limits)
        return function

    return register


def pascal_case(name: str) -> str:
    """Return a snake_case name as PowerShell writes it: process_id is ProcessId."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
