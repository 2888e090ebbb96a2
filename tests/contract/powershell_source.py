"""Reads PowerShell functions as source: their parameters, their help and what they return."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter
import tree_sitter_powershell

SOURCE = Path(__file__).parents[2] / "src"
LIBRARY_FOLDERS = (SOURCE / "winfra" / "powershell", SOURCE / "memurai" / "powershell")
AGENT_FOLDER = SOURCE / "winfra" / "powershell" / "agent"

_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function.

    name: without the dollar sign; type: as written, e.g. `string[]`; default: the literal as written, None without one;
    choices: values of ValidateSet, None without one.
    """

    name: str
    type: str
    mandatory: bool
    default: str | None
    choices: tuple[str, ...] | None


@dataclass(frozen=True)
class Help:
    """Comment-based help: the sections by keyword, and those of parameters by name."""

    sections: dict[str, str]
    parameters: dict[str, str]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Property names that .OUTPUTS lists, one a line as `Name: meaning`."""
        return tuple(re.findall(r"^ {8}([A-Z]\w*): ", self.sections.get("OUTPUTS", ""), flags=re.MULTILINE))


@dataclass(frozen=True)
class Function:
    """A PowerShell function as it stands in a file."""

    name: str
    parameters: tuple[Parameter, ...]
    help: Help
    literals: tuple[tuple[str, ...], ...]
    commands: tuple[str, ...]
    attributes: tuple[str, ...]
    code_lines: int


def library_files(*, internal: bool) -> list[Path]:
    """Return the library's files: the public functions', or those of functions that only functions call."""
    patterns = ["internal/*/*.ps1", "windows/*/*.ps1"] if internal else ["*.ps1", "windows/*.ps1"]
    return sorted(path for folder in LIBRARY_FOLDERS for pattern in patterns for path in folder.glob(pattern))


def is_of_the_seam(path: Path) -> bool:
    """Return whether a file stands where functions may touch what only Windows has."""
    return any(path.is_relative_to(folder / "windows") for folder in LIBRARY_FOLDERS)


def all_files() -> list[Path]:
    """Return every PowerShell file, the agent's too."""
    return [*library_files(internal=False), *library_files(internal=True), *sorted(AGENT_FOLDER.glob("*.ps1"))]


def public_functions() -> dict[str, Function]:
    """Return the functions that Python calls, by name."""
    found = [function for path in library_files(internal=False) for function in read_functions(path)]
    return {function.name: function for function in found}


@cache
def parse(path: Path) -> tree_sitter.Node:
    """Return the root of a file's syntax tree."""
    return _PARSER.parse(path.read_bytes()).root_node


def parse_text(text: str) -> tree_sitter.Node:
    """Return the root of a script's syntax tree."""
    return _PARSER.parse(text.encode()).root_node


def syntax_errors(path: Path) -> list[str]:
    """Return where a file is not PowerShell, as `line: text`."""
    wrong = (node for node in walk(parse(path)) if node.is_error or node.is_missing)
    return [f"{node.start_point.row + 1}: {text_of(node)[:60]!r}" for node in wrong]


def top_level_kinds(path: Path) -> list[str]:
    """Return the kinds of a file's top-level statements; comments count as well."""
    lists = (node.named_children if node.type == "statement_list" else [node] for node in parse(path).named_children)
    return [node.type for nodes in lists for node in nodes]


@cache
def read_functions(path: Path) -> list[Function]:
    """Return the functions that a file defines."""
    return [_function(node) for node in walk(parse(path)) if node.type == "function_statement"]


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield a node and everything below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def text_of(node: tree_sitter.Node | None) -> str:
    """Return a node's text, empty for no node."""
    return "" if node is None or node.text is None else node.text.decode("utf-8")


def _function(node: tree_sitter.Node) -> Function:
    block = _descend(node, "script_block", "param_block")
    head = None if block is None else _child(block, "attribute_list")
    comment = _child(node, "comment")
    return Function(
        name=text_of(_child(node, "function_name")),
        parameters=tuple(_parameter(item) for item in _found(block, "script_parameter")),
        help=read_help(text_of(comment)),
        literals=tuple(_literals(node)),
        commands=tuple(text_of(item) for item in _found(node, "command_name")),
        attributes=tuple(text_of(item) for item in _found(head, "attribute")),
        code_lines=len(text_of(node).splitlines()) - len(_comment_lines(node)),
    )


def _comment_lines(node: tree_sitter.Node) -> set[int]:
    """Return the numbers of the lines that hold nothing but a comment."""
    lines = text_of(node).splitlines()
    return {
        row
        for comment in _found(node, "comment")
        for row in range(comment.start_point.row, comment.end_point.row + 1)
        if lines[row - node.start_point.row].lstrip().startswith("#") or comment.start_point.row < comment.end_point.row
    }


def _parameter(node: tree_sitter.Node) -> Parameter:
    attributes = [text_of(item)[1:-1] for item in _attributes(node)]
    default = _child(node, "script_parameter_default")
    return Parameter(
        name=text_of(_child(node, "variable")).removeprefix("$"),
        type=attributes[-1] if attributes else "object",
        mandatory=any(re.search(r"\bMandatory = \$true", text) for text in attributes),
        default=None if default is None else text_of(default).removeprefix("=").strip(),
        choices=next((_quoted(text) for text in attributes if text.startswith("ValidateSet(")), None),
    )


def _attributes(parameter: tree_sitter.Node) -> list[tree_sitter.Node]:
    listing = _child(parameter, "attribute_list")
    return [] if listing is None else [child for child in listing.named_children if child.type == "attribute"]


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", text))


def _literals(function: tree_sitter.Node) -> Iterator[tuple[str, ...]]:
    """Yield the keys of each `[pscustomobject]@{...}` of a function, as they stand."""
    for node in _found(function, "cast_expression"):
        if text_of(node).lower().startswith("[pscustomobject]@{"):
            table = next(iter(_found(node, "hash_literal_body")), None)
            entries = [] if table is None else [child for child in table.named_children if child.type == "hash_entry"]
            yield tuple(text_of(_child(entry, "key_expression")) for entry in entries)


def read_help(comment: str) -> Help:
    """Return the sections of a help comment."""
    sections: dict[str, str] = {}
    parameters: dict[str, str] = {}
    section = re.compile(r"^ *\.([A-Z]+)(?: (\w+))?\n(.*?)(?=^ *\.[A-Z]+|^ *#>)", flags=re.MULTILINE | re.DOTALL)
    for keyword, name, body in section.findall(comment):
        if keyword == "PARAMETER":
            parameters[name] = body.strip()
        else:
            sections[keyword] = body.rstrip()
    return Help(sections, parameters)


def _child(node: tree_sitter.Node, kind: str) -> tree_sitter.Node | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _descend(node: tree_sitter.Node | None, *kinds: str) -> tree_sitter.Node | None:
    for kind in kinds:
        node = None if node is None else _child(node, kind)
    return node


def _found(node: tree_sitter.Node | None, kind: str) -> list[tree_sitter.Node]:
    return [] if node is None else [item for item in walk(node) if item.type == kind]
