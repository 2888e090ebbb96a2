"""Binds JSON parameters to a twin, as strictly as PowerShell's parameter binder and in its words.

It is stricter in one way: it converts nothing, a number is no text. What the lab takes, PowerShell takes too.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr

from winlab.twin.errors import BindingError
from winlab.twin.registry import Limit, Output, TwinFunction
from winlab.windows.machine import Machine

SECRET_KEY = "$secret"  # noqa: S105 - the marker, not a secret
# https://learn.microsoft.com/dotnet/api/system.security.securestring "maximum length"
_LONGEST_SECRET = 65_536
_TYPE_NAMES = {
    str: "System.String",
    int: "System.Int32",
    bool: "System.Boolean",
    list: "System.Object[]",
    SecretStr: "System.Security.SecureString",
}


def invoke(function: TwinFunction, machine: Machine, parameters: Mapping[str, object]) -> Output:
    """Call a twin with JSON parameters.

    Args:
        function: the twin.
        machine: the host it works on.
        parameters: by PowerShell name, in any case; a secret is {"$secret": value}, null is not given.

    Raises:
        BindingError: the parameters do not fit.
        TwinError: the function refused.
    """
    machine.powershells.require_alive()
    bound = bind(function, parameters)
    output = function.function(machine, **bound)
    if tuple(output) != function.outputs:
        raise TypeError(f"the twin of {function.name} returned {tuple(output)}, declared are {function.outputs}")
    return output


def bind(function: TwinFunction, parameters: Mapping[str, object]) -> dict[str, Any]:
    """Return the keyword arguments for a twin.

    Args:
        function: the twin.
        parameters: by PowerShell name, in any case.

    Raises:
        BindingError: unknown, missing or wrong parameters.
    """
    known = {name.lower(): (name, parameter) for name, parameter in function.parameters.items()}
    bound: dict[str, Any] = {}
    for given, value in parameters.items():
        if value is None:
            continue  # the agent leaves out what is null
        if given.lower() not in known:
            raise BindingError(f"A parameter cannot be found that matches parameter name '{given}'.")
        name, parameter = known[given.lower()]
        if parameter.name in bound:
            text = f"Cannot bind parameter because parameter '{name}' is specified more than once."
            raise BindingError(text)
        bound[parameter.name] = _Value(name, value).bind(parameter, function.limits.get(parameter.name))
    missing = [
        name
        for name, parameter in known.values()
        if parameter.default is inspect.Parameter.empty and parameter.name not in bound
    ]
    if missing:
        text = "Cannot process command because of one or more missing mandatory parameters: "
        raise BindingError(f"{text}{' '.join(missing)}.")
    return bound


class _Value:
    """One parameter's value on its way."""

    def __init__(self, name: str, value: object) -> None:
        self._name = name
        self._value = value

    def bind(self, parameter: inspect.Parameter, limit: Limit | None) -> object:
        """Return the value as the parameter takes it, or raise a BindingError."""
        is_mandatory = parameter.default is inspect.Parameter.empty
        expected = _without_none(parameter.annotation)
        if is_mandatory and self._value == "":
            raise self._refusal("because it is an empty string.")
        bound = self.convert(expected)
        # A list of objects may be empty: the library says AllowEmptyCollection there.
        if is_mandatory and bound == [] and get_args(expected) == (str,):
            raise self._refusal("because it is an empty array.")
        if is_mandatory and isinstance(bound, list) and "" in bound:
            raise self._refusal("because it is an empty string.")
        for value in bound if isinstance(bound, list) else [bound]:
            self._require_within(value, limit)
        return bound

    def _require_within(self, value: object, limit: Limit | None) -> None:
        start = f"Cannot validate argument on parameter '{self._name}'. "
        if isinstance(limit, str) and not re.search(limit, str(value), re.IGNORECASE):
            wanted = f'"{limit}" pattern. Supply an argument that matches "{limit}" and try the command again.'
            raise BindingError(f'{start}The argument "{value}" does not match the {wanted}')
        if isinstance(limit, range) and value not in limit:
            border = f"{limit.start} to {limit.stop - 1}"
            raise BindingError(f"{start}The {value} argument is not in the allowed range of {border}.")

    def convert(self, expected: object) -> object:
        """Return the value as that type, or raise a BindingError."""
        if get_origin(expected) is Literal:
            return self._choose(get_args(expected))
        if get_origin(expected) is list:
            return self._convert_list(get_args(expected)[0])
        if expected is SecretStr:
            return self._convert_secret()
        if get_origin(expected) is dict:
            return self._convert_object()
        if expected is int and not isinstance(self._value, bool) and isinstance(self._value, int):
            return self._value
        if isinstance(expected, type) and type(self._value) is expected:
            return self._value
        raise self._wrong_type(_TYPE_NAMES.get(expected, str(expected)))  # type: ignore[call-overload]

    def _choose(self, choices: tuple[str, ...]) -> str:
        if not isinstance(self._value, str):
            raise self._wrong_type("System.String")
        # ValidateSet ignores case and hands the value on as it was written; the twins compare the declared form.
        found = next((choice for choice in choices if choice.lower() == str(self._value).lower()), None)
        if found is None:
            raise BindingError(
                f"Cannot validate argument on parameter '{self._name}'. The argument \"{self._value}\" does not belong "
                f'to the set "{",".join(choices)}" specified by the ValidateSet attribute. Supply an argument that is '
                "in the set and then try the command again."
            )
        return found

    def _convert_object(self) -> object:
        if not isinstance(self._value, dict):
            raise self._wrong_type("System.Management.Automation.PSObject")
        return _without_wire_secrets(self._value)

    def _convert_list(self, item_type: object) -> list[object]:
        if not isinstance(self._value, list):
            raise self._wrong_type("System.Object[]")
        if get_origin(item_type) is dict:
            wrong = [item for item in self._value if not isinstance(item, dict)]
            if wrong:
                raise self._wrong_type("System.Management.Automation.PSObject[]")
            return [_without_wire_secrets(item) for item in self._value]
        return [_Value(self._name, item).convert(item_type) for item in self._value]

    def _convert_secret(self) -> SecretStr:
        match self._value:
            case SecretStr():  # of a call inside a parameter
                return self._value
            case {"$secret": str(secret), **others} if not others:
                return _secret(secret)
        raise self._wrong_type("System.Security.SecureString")

    def _refusal(self, reason: str) -> BindingError:
        return BindingError(f"Cannot bind argument to parameter '{self._name}' {reason}")

    def _wrong_type(self, expected: str) -> BindingError:
        # Neither the value nor its text: it may be a secret that went to the wrong parameter.
        found = type(self._value).__name__
        return BindingError(
            f"Cannot process argument transformation on parameter '{self._name}'. Cannot convert a value of JSON type "
            f'{found} to type "{expected}".'
        )


def _secret(text: str) -> SecretStr:
    """Return a secret as the agent makes it; Windows counts in UTF-16."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > _LONGEST_SECRET:
        raise BindingError(
            f"Expected a secret of at most {_LONGEST_SECRET} characters, found {length}. Windows holds no longer one."
        )
    return SecretStr(text)


def _without_wire_secrets(value: object) -> object:
    """Return an object with its secrets as the agent makes them, at any depth."""
    match value:
        case {"$secret": str(secret), **others} if not others:
            return _secret(secret)
        case dict():
            return {key: _without_wire_secrets(item) for key, item in value.items()}
        case list():
            return [_without_wire_secrets(item) for item in value]
    return value


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (Union, types.UnionType):
        return next(choice for choice in get_args(annotation) if choice is not type(None))
    return annotation
