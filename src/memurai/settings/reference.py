"""The documentation of the settings, written from the model: `python -m memurai settings`."""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from memurai.config import format_size
from memurai.settings import credentials, environments
from memurai.settings.examples import EXAMPLES
from memurai.settings.groups import Group
from memurai.settings.loading import GROUPS
from memurai.settings.model import Settings
from memurai.settings.values import SIZE_FORM, Form

HEAD = """\
# Settings

<!-- Generated from src/memurai/settings by `python -m memurai settings > docs/settings.md`. Change it there. -->

Everything a host is to be is said by these keys of its data: in `group_data/` for an environment, or in the inventory
for one host. The most specific place that has a key gives all of it (`--data`, the host, its group, `all`); what that
place leaves out has the default below, not the value of a less specific place.

An unknown key, a wrong type, a value out of bounds or values that do not fit together are refused before the host is
touched: all of them at once, each with the file, the key, what was expected and what was found.

## Secrets

A secret never stands in the data, only its source:

| source | the secret is |
|---|---|
| `env:NAME` | the value of an environment variable of the control node |
| `file:PATH` | the content of a file of the control node, without the newline at its end; `~` is the home folder. \
Only the file's owner may have access (`chmod 600`) |
| `cmd:COMMAND` | what a program prints, without the newline at its end, e.g. `cmd:vault kv get -field=password \
secret/memurai/prod`. It is started without a shell, once in a run, and has 30 seconds |

`python -m memurai secrets generate --environment prod` makes strong ones and prints the `export` lines; with \
`--directory DIR` it writes files and prints their sources. `winrm_password` takes the same sources.
"""

TYPES = {int: "number", float: "number", bool: "True or False", type(None): "none"}
UNIONS = (Union, types.UnionType)
COLUMNS = ("key", "type", "bounds", "default", "meaning")


def reference() -> str:
    """Return the documentation of all settings, as Markdown."""
    sections = [HEAD, *(_section(key, group) for key, group in GROUPS.items()), _checks()]
    return "\n".join(sections)


def _section(key: str, group: type[Group]) -> str:
    _, _, about = (group.__doc__ or "").partition(": ")
    lines = [
        f"## `{key}`",
        "",
        about[0].upper() + about[1:].strip(),
        "",
        _row(COLUMNS),
        "|---" * len(COLUMNS) + "|",
        *(_field_row(group, name, field) for name, field in group.model_fields.items()),
        "",
        "```python",
        EXAMPLES[key].strip(),
        "```",
        "",
    ]
    return "\n".join(lines)


def _checks() -> str:
    rules = [(key, rule) for key, group in GROUPS.items() for rule in group.RULES]
    lines = [
        "## Values that must fit together",
        "",
        *(f"- `{key}`: {rule}" for key, rule in rules),
        *(f"- {rule}" for rule in (*Settings.RULES, *credentials.RULES, *environments.RULES)),
        "",
    ]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _field_row(group: type[Group], name: str, field: FieldInfo) -> str:
    # The model keeps an Annotated type's metadata beside the type.
    annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    cells = (
        f"`{name}`",
        _type(annotation),
        "; ".join(_bounds(annotation)),
        _default(group, name),
        field.description or "",
    )
    return _row(cells)


def _parts(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type and what is said about it."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        kind, inner_metadata = _parts(inner)
        own = [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
        return kind, [*inner_metadata, *own]
    return annotation, []


def _form(metadata: list[Any]) -> Form | None:
    return next((item for item in metadata if isinstance(item, Form)), None)


def _type(annotation: Any) -> str:
    kind, metadata = _parts(annotation)
    form, origin, arguments = _form(metadata), get_origin(kind), get_args(kind)
    if form or kind in TYPES:
        return form.kind if form else TYPES[kind]
    if origin is Literal:
        return "word"
    if origin is tuple and arguments[-1] is Ellipsis:
        return f"list of {_type(arguments[0])}"
    names = [_type(item) for item in arguments]
    if origin is tuple:
        return f"({', '.join(names)})"
    return " or ".join(names) if origin in UNIONS else " to ".join(["mapping of " + names[0], names[1]])


def _bounds(annotation: Any) -> Iterator[str]:
    kind, metadata = _parts(annotation)
    form, origin, arguments = _form(metadata), get_origin(kind), get_args(kind)
    yield from _limits(metadata, form)
    if form and form is not SIZE_FORM:
        yield form.expected
    elif origin is Literal:
        yield ", ".join(f"`{item}`" for item in arguments)
    elif origin in UNIONS:
        yield from (bound for item in arguments for bound in _bounds(item))
    elif origin is tuple and arguments[-1] is Ellipsis:
        yield from (f"each: {bound}" for bound in _bounds(arguments[0]))
    elif origin in (tuple, dict):
        yield " → ".join(" ".join(_bounds(item)) for item in arguments) if origin is dict else _pair(arguments)


def _pair(arguments: tuple[Any, ...]) -> str:
    return f"({', '.join(' '.join(_bounds(item)) for item in arguments)})"


def _limits(metadata: list[Any], form: Form | None) -> Iterator[str]:
    """Yield the least and most of a number, or of how many values a list has."""
    least = next((item.ge for item in metadata if isinstance(item, Ge)), None)
    most = next((item.le for item in metadata if isinstance(item, Le)), None)
    if least is not None and most is not None:
        yield f"{_number(least, form)} to {_number(most, form)}"
    fewest = next((item.min_length for item in metadata if isinstance(item, MinLen)), 0)
    longest = next((item.max_length for item in metadata if isinstance(item, MaxLen)), None)
    if longest is not None:
        yield f"{fewest} to {longest} values"


def _number(value: Any, form: Form | None) -> str:
    return format_size(int(value)) if form is SIZE_FORM else str(value)


def _default(group: type[Group], name: str) -> str:
    field = group.model_fields[name]
    if field.is_required():
        return "required"
    # Some defaults follow from others: an instance has them all. A group with a required key has no such ones.
    complete = not any(other.is_required() for other in group.model_fields.values())
    value = getattr(group(), name) if complete else field.default
    return "none" if value is None else f"`{_literal(value, _form(field.metadata))}`"


def _literal(value: object, form: Form | None) -> str:
    """Return a default as it would be written in the data."""
    if form is SIZE_FORM and isinstance(value, int):
        return repr(format_size(value)).replace("'", '"')
    return repr(_plain(value)).replace("'", '"').replace("\\\\", "\\")


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value) if value and isinstance(value[0], int) else [*map(_plain, value)]
    return value
