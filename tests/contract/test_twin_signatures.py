import inspect
from typing import Any, Literal

import pytest
from powershell_source import Function, Parameter, public_functions
from pydantic import SecretStr

from winlab.twin.functions import FUNCTIONS

PUBLIC = public_functions()
TYPES: dict[str, Any] = {
    "string": str,
    "string[]": list[str],
    "int": int,
    "long": int,
    "bool": bool,
    "psobject": dict[str, Any],
    "psobject[]": list[dict[str, Any]],
    "securestring": SecretStr,
    "securestring[]": list[SecretStr],
}
WORDS: dict[str, Any] = {"$true": True, "$false": False, "@()": []}


def python_name(name: str) -> str:
    """Return a PascalCase name in snake_case: ProcessId is process_id."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")


def python_type(parameter: Parameter) -> Any:
    """Return the type that a parameter has in Python."""
    found = TYPES[parameter.type]
    if parameter.choices is not None:
        choice = Literal.__getitem__(parameter.choices)
        found = list[choice] if parameter.type.endswith("[]") else choice  # type: ignore[valid-type]
    return found if parameter.mandatory or parameter.default is not None else found | None


def python_default(parameter: Parameter) -> Any:
    """Return the default that a parameter has in Python; an optional one without default has None."""
    if parameter.mandatory:
        return inspect.Parameter.empty
    if parameter.default is None:
        return None
    text = parameter.default
    if text in WORDS:
        return WORDS[text]
    return text.strip("'") if text.startswith("'") else int(text)


def comparable(default: Any) -> Any:
    """Return a default with an empty tuple, which a signature may well have, as the list it stands for."""
    return list(default) if isinstance(default, tuple) else default


def expected_parameters(function: Function) -> list[tuple[str, Any, Any]]:
    return [(python_name(item.name), python_type(item), python_default(item)) for item in function.parameters]


def test_the_twins_are_the_public_functions() -> None:
    assert sorted(FUNCTIONS) == sorted(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_twin_takes_the_same_parameters(name: str) -> None:
    machine, *rest = FUNCTIONS[name].signature.parameters.values()
    assert machine.name == "machine"
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in rest)
    found = {item.name: (item.annotation, comparable(item.default)) for item in rest}
    assert found == {item: (kind, default) for item, kind, default in expected_parameters(PUBLIC[name])}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_twin_returns_the_same_properties(name: str) -> None:
    assert FUNCTIONS[name].outputs == PUBLIC[name].help.outputs


@pytest.mark.parametrize(("name", "expected"), [("ProcessId", "process_id"), ("Sha256", "sha256"), ("Name", "name")])
def test_names_are_converted_by_their_capitals(name: str, expected: str) -> None:
    assert python_name(name) == expected
