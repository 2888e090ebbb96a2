"""Writes plain values as YAML that people can review: in their order, several lines as a block."""

from collections.abc import Mapping, Sequence

import yaml

Value = str | int | float | None | Mapping[str, "Value"] | Sequence["Value"]
LONGEST_LINE = 10_000


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes a text of several lines as it reads."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def yaml_text(value: Mapping[str, Value] | Sequence[Value]) -> str:
    """Return a mapping or a list as a YAML document.

    value: texts, numbers, mappings and lists of them.
    """
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LONGEST_LINE)
