"""Writes plain values as YAML that people can review: one entry a line, several lines as a block."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

# Without quotes only what no version of YAML takes for a number, a truth value, a key or a comment:
# https://yaml.org/spec/1.2.2/#733-plain-style
PLAIN = re.compile(r"[A-Za-z_](?:[!-9;-~]| (?!#)|:(?! |$))*(?<! )")
RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
INDENT = "  "

Value = str | int | float | None | Mapping[str, "Value"] | Sequence["Value"]


def yaml_text(value: Mapping[str, Value]) -> str:
    """Return a mapping as a YAML document.

    value: texts, numbers, mappings and lists of them. JSON's strings are YAML's: https://yaml.org/spec/1.2.2/#1.2
    """
    return "".join(f"{line}\n" for line in _mapping(value))


def yaml_list_text(value: Sequence[Value]) -> str:
    """Return a list as a YAML document."""
    return "".join(f"{line}\n" for line in _sequence(value))


def _mapping(value: Mapping[str, Value]) -> Iterator[str]:
    for key, item in value.items():
        yield from _entry(f"{_scalar(key)}:", item)


def _entry(start: str, item: Value) -> Iterator[str]:
    if isinstance(item, str) and "\n" in item:
        yield f"{start} |-"
        yield from (f"{INDENT}{line}" for line in item.splitlines())
    elif isinstance(item, str | int | float) or not item:
        yield f"{start} {_scalar(item)}"
    else:
        yield start
        lines = _mapping(item) if isinstance(item, Mapping) else _sequence(item)
        yield from (f"{INDENT}{line}" for line in lines)


def _sequence(value: Sequence[Value]) -> Iterator[str]:
    for item in value:
        if isinstance(item, Mapping):
            first, *others = _mapping(item)
            yield f"- {first}"
            yield from (f"{INDENT}{line}" for line in others)
        else:
            yield from _entry("-", item)


def _scalar(value: Value) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
