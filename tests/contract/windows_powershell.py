"""What Windows PowerShell 5.1 has of what a script uses: cmdlets and their parameters, types and their members.

data/windows-powershell-5.1.json holds the part of it that the project uses; data/list-windows-powershell.ps1 makes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tree_sitter
from powershell_source import text_of, walk

LIST = Path(__file__).parent / "data" / "windows-powershell-5.1.json"
# Their members are what somebody gives them, or what another type has that an object really is of.
FREE_TYPES = {
    *("System.Object", "System.Management.Automation.PSObject", "Microsoft.Management.Infrastructure.CimInstance"),
    *("System.Collections.Hashtable", "System.Collections.IDictionary", "System.Exception"),
    "System.Collections.Specialized.OrderedDictionary",
}
# What PowerShell itself adds to every object, and the two tables that it fills.
EVERYWHERE = {"psobject", "psversion", "length"}
COMMON_PARAMETERS = {"erroraction", "verbose", "debug", "whatif", "confirm"}


@dataclass(frozen=True)
class Member:
    """A member of a type in one of its forms.

    is_static: whether the type has it, not its objects. least, most: number of arguments, None for a property; most is
    None without a limit. returns: full name of the type of its value.
    """

    is_static: bool
    least: int | None
    most: int | None
    returns: str

    @classmethod
    def read(cls, text: str) -> Member:
        """Return a member as the list has it: `static 2 System.String`, `0+ System.String`, `get System.String`."""
        *words, returns = text.split(" ")
        if words[-1] == "get":
            return cls("static" in words, None, None, returns)
        least = int(words[-1].rstrip("+"))
        return cls("static" in words, least, None if words[-1].endswith("+") else least, returns)

    def takes(self, count: int | None) -> bool:
        """Whether it has that number of arguments; None for a property."""
        if count is None or self.least is None:
            return count == self.least
        return self.least <= count and (self.most is None or count <= self.most)


@dataclass(frozen=True)
class Windows:
    """What the list says there is; names are found in any case.

    types: the members of types, by full name and name in lower case. objects: names of properties of Windows' own
    objects. commands: the parameters of cmdlets. short_names: of types.
    """

    types: Mapping[str, Mapping[str, list[Member]]]
    objects: AbstractSet[str]
    commands: Mapping[str, AbstractSet[str]]
    short_names: Mapping[str, str]

    @classmethod
    def read(cls) -> Windows:
        """Read the list."""
        found = json.loads(LIST.read_text(encoding="ascii"))
        types = {name: _members(name, found["types"]) for name in found["types"]}
        objects = set(" ".join(found["objects"].values()).lower().split())
        commands = {name.lower(): set(words.lower().split()) for name, words in found["commands"].items()}
        return cls(types, objects, commands, dict(line.split(" ") for line in found["shortNames"]))

    @cached_property
    def full_names(self) -> dict[str, str]:
        """The full names of the types by these names in lower case, without the number at the end of a generic one."""
        return {name.lower().partition("`")[0]: name for name in self.types}

    def full_name(self, literal: str) -> str | None:
        """Return the full name of a type as it is written in a script, e.g. `[IO.File]`; None for an unknown one."""
        name = re.sub(r"\[.*", "", literal.strip("[]")).lower()
        name = self.short_names.get(name, name).lower()
        return self.full_names.get(name) or self.full_names.get(f"system.{name}")

    def forms(self, member: str, owner: str | None) -> list[Member]:
        """Return what a type has under a name, or any type when it is not known."""
        owners = self.types.values() if owner is None or owner in FREE_TYPES else [self.types.get(owner, {})]
        return [form for members in owners for form in members.get(member.lower(), ())]


def _members(name: str, types: Mapping[str, Any]) -> dict[str, list[Member]]:
    """Return the members of a type with those of what it is of, by name in lower case."""
    own = types[name]
    found: dict[str, list[Member]] = {}
    for base in own.get("of", "").split():
        for member, forms in _members(base, types).items():
            found.setdefault(member, []).extend(form for form in forms if member != "new")
    for value in own.get("values", "").split():
        found[value.lower()] = [Member(True, None, None, name)]
    for member, text in own.get("members", {}).items():
        found.setdefault(member.lower(), []).extend(Member.read(form) for form in text.split("; "))
    return found


@dataclass
class Script:
    """A script, and what of it Windows PowerShell 5.1 lacks.

    root: of its tree. windows: what there is. own: names of properties, types and functions that scripts of the project
    make, in lower case.
    """

    root: tree_sitter.Node
    windows: Windows
    own: AbstractSet[str]

    def problems(self) -> list[str]:
        """Return what the list does not have, each with its line."""
        checks = {
            "type_literal": self._type_problems,
            "cast_expression": self._enumeration_problems,
            "invokation_expression": self._member_problems,
            "member_access": self._member_problems,
            "command": self._command_problems,
        }
        nodes = [node for node in walk(self.root) if node.type in checks]
        return [f"{node.start_point.row + 1}: {problem}" for node in nodes for problem in checks[node.type](node)]

    def _type_problems(self, node: tree_sitter.Node) -> Iterator[str]:
        text = text_of(node)
        if self.windows.full_name(text) is None and text.strip("[]").lower() not in self.own:
            yield f"no type {text}"

    def _enumeration_problems(self, node: tree_sitter.Node) -> Iterator[str]:
        literal = _inner(node.children[-1])
        members = self.windows.types.get(self._type_of(node) or "", {})
        if literal.type == "verbatim_string_characters" and "hasflag" in members:
            words = {word.strip().lower() for word in text_of(literal).strip("'").split(",")}
            yield from (f"no value {word} of {text_of(node.children[0])}" for word in sorted(words - members.keys()))

    def _member_problems(self, node: tree_sitter.Node) -> Iterator[str]:
        if len(node.children) < len("a.b"):
            return
        owner, name = self._type_of(node.children[0]), _member(node)
        known = self._forms(node, owner) or name.lower() in EVERYWHERE or name.startswith(("$", "("))
        is_own = name.lower() in self.own | self.windows.objects and (owner is None or owner in FREE_TYPES)
        if not known and not is_own:
            count = _argument_count(node)
            arguments = "" if count is None else f" with {count} arguments"
            yield f"no member {text_of(node.children[1])}{name}{arguments} of {owner or 'any type'}"

    def _command_problems(self, node: tree_sitter.Node) -> Iterator[str]:
        name = next((text_of(child) for child in node.children if child.type == "command_name"), "")
        known = self.windows.commands.get(name.lower())
        if known is None:
            if re.fullmatch(r"[A-Za-z]+-\w+", name) and name.lower() not in self.own:
                yield f"no command {name}"
            return
        parts = [part for child in node.children if child.type == "command_elements" for part in child.children]
        given = [text_of(part)[1:] for part in parts if part.type == "command_parameter"]
        yield from (
            f"no parameter -{word} of {name}" for word in given if word.lower() not in known | COMMON_PARAMETERS
        )

    def _forms(self, node: tree_sitter.Node, owner: str | None) -> list[Member]:
        """Return the forms of a member that fit how it is used."""
        name, count, is_static = _member(node), _argument_count(node), text_of(node.children[1]) == "::"
        if name.lower().startswith(("get_", "set_")):
            name, count = name[len("get_") :], None
        forms = [form for form in self.windows.forms(name, owner) if form.is_static == is_static]
        return [form for form in forms if form.takes(count) or _is_called_bare(node)]

    def _type_of(self, node: tree_sitter.Node) -> str | None:
        """Return the full name of the type of an expression's value, None when that can't be told."""
        node = _inner(node)
        if node.type in {"verbatim_string_characters", "expandable_string_literal"}:
            return "System.String"
        if node.type == "variable":
            return self._variables.get((_function_of(node), text_of(node).lower()))
        if node.type in {"type_literal", "cast_expression"}:
            text = text_of(node if node.type == "type_literal" else node.children[0])
            return None if text.endswith("[]]") else self.windows.full_name(text)
        if node.type in {"invokation_expression", "member_access"} and len(node.children) > len("a."):
            owner = self._type_of(node.children[0])
            returned = set() if owner is None else {form.returns for form in self._forms(node, owner)}
            return returned.pop() if len(returned) == 1 and returned <= self.windows.types.keys() else None
        return None

    @cached_property
    def _variables(self) -> dict[tuple[int, str], str | None]:
        """The types of variables by function and name: None for one that has several, or that can't be told."""
        self._variables = found = {}
        for node in walk(self.root):
            target, value = _assigned(node)
            if target is not None and target.type == "variable":
                key = (_function_of(node), text_of(target).lower())
                kind = None if value is None else self._type_of(value)
                found[key] = kind if found.get(key, kind) == kind else None
        return found


def _assigned(node: tree_sitter.Node) -> tuple[tree_sitter.Node | None, tree_sitter.Node | None]:
    """Return the variable that a node gives a value to, and what says of which type that is."""
    if node.type in {"script_parameter", "foreach_statement"}:
        variable = next(child for child in node.children if child.type == "variable")
        types = [item for item in walk(node) if item.type == "type_literal"] if node.type == "script_parameter" else []
        return variable, types[-1] if types else None
    if node.type == "assignment_expression":
        target = _inner(node.children[0])
        if target.type == "cast_expression":
            return _inner(target.children[-1]), target
        return target, node.children[-1]
    return None, None


def _inner(node: tree_sitter.Node) -> tree_sitter.Node:
    """Return what an expression consists of, without the layers and parentheses around it."""
    while True:
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            node = node.named_children[0]
        elif node.child_count == 1 and node.type not in {"expandable_string_literal", "type_literal"}:
            node = node.children[0]
        else:
            return node


def _function_of(node: tree_sitter.Node) -> int:
    while node.parent is not None and node.type != "function_statement":
        node = node.parent
    return node.start_byte


def _member(node: tree_sitter.Node) -> str:
    return text_of(node.children[2]).strip("'")


def _argument_count(node: tree_sitter.Node) -> int | None:
    if node.type == "member_access":
        return None
    parts = [part for part in node.children[3].children if part.type == "argument_expression_list"]
    if not parts:
        return 0
    return len([part for part in parts[0].children if part.type != ","])


def _is_called_bare(node: tree_sitter.Node) -> bool:
    """Whether it is a call in an argument of a command, of which the tree has the arguments somewhere else."""
    following = node.next_sibling
    while following is None and node.parent is not None:
        node = node.parent
        following = node.next_sibling
    return following is not None and text_of(following).startswith("(")
