"""What the lines of a configuration amount to, whatever their order, case, units, quotes and old names."""

from collections.abc import Iterable, Mapping

from memurai.config.acl import canonical_rules
from memurai.config.directives import IGNORED, KNOWN, current_name
from memurai.config.kinds import BUFFER_LIMITS, CLIENT_CLASSES, LIMIT_LENGTH, PATH, Value, unfold
from memurai.config.language import LOWER_CASE, Directive, split_arguments
from memurai.exceptions import ConfigSyntaxError

Key = tuple[str, ...]

BUFFER_LIMIT = "client-output-buffer-limit"
# Directives outside the table: their first argument names what they are about; least and most arguments they take.
NAMED_FILES = frozenset({"include", "loadmodule"})
ARGUMENT_COUNTS: Mapping[str, tuple[int, int | None]] = {
    "include": (1, 1),
    "loadmodule": (1, None),
    "rename-command": (2, 2),
    "user": (1, None),
    **dict.fromkeys(IGNORED, (1, 1)),
}
MODULE_ARGUMENTS = (1, None)


def key(directive: Directive) -> Key:
    """Return what a directive overrides: directives of one key replace each other, or add up to one value (`save`).

    A client-output-buffer-limit of several classes has the key of its first; `parts` makes one directive of each.
    """
    name, first = current_name(directive.name), directive.arguments[:1]
    if name == BUFFER_LIMIT:
        limits = BUFFER_LIMITS.canonical(directive.arguments)
        words = first if limits is None else limits[0][:1]
        return (name, *(CLIENT_CLASSES.get(word.translate(LOWER_CASE), word) for word in words))
    if name == "rename-command":
        return (name, *(command.upper() for command in first))
    if name in NAMED_FILES:
        return (name, *(_canonical_path(path) for path in first))
    return (name, *first) if name == "user" else (name,)


def parts(directive: Directive) -> tuple[Directive, ...]:
    """Return the directive; or one for each client class that a client-output-buffer-limit names."""
    if directive.name != BUFFER_LIMIT or BUFFER_LIMITS.canonical(directive.arguments) is None:
        return (directive,)
    words = unfold(directive.arguments)
    limits = (words[start : start + LIMIT_LENGTH] for start in range(0, len(words), LIMIT_LENGTH))
    return tuple(Directive(directive.name, limit, directive.line) for limit in limits)


def normal(directives: Iterable[Directive]) -> Mapping[Key, Value]:
    """Return the effective values, in canonical form: sizes in bytes, words in lower case, passwords of users hashed.

    Of directives with one key the last counts; `save` lines add up, and `save ""` clears those before it. Arguments
    that Redis would refuse stand for themselves.
    """
    values: dict[Key, Value] = {}
    for directive in (part for line in directives for part in parts(line)):
        place, value = key(directive), _value(directive)
        if place == ("save",):
            earlier = () if directive.arguments == ("",) else values.get(place, ())
            value = _ordered_save_points((*earlier, *value))
        values[place] = value
    return values


def default(place: Key) -> Value | None:
    """Return the value that Redis takes when no directive has this key; None when that is not known."""
    known = KNOWN.get(place[0])
    if known is None or known.default is None:
        return None
    if known.name != BUFFER_LIMIT:
        return known.kind.canonical((known.default,))
    return normal((Directive(known.name, split_arguments(known.default)),)).get(place) if place[1:] else None


def problems(directives: Iterable[Directive]) -> tuple[str, ...]:
    """Return one sentence for each directive that would keep the server from starting; none of them holds a value.

    What depends on the host (a folder that is missing, a number out of bounds) only the server itself can say.
    """
    lines = tuple(directives)
    found = [_problem(line) for line in lines]
    names = {line.name for line in lines}
    if {"aclfile", "user"} <= names and normal(lines).get(("aclfile",)) != (("",),):
        found.append("aclfile and user: expected one of them, found both; write the users into the ACL file")
    return tuple(problem for problem in found if problem is not None)


def check(directive: Directive) -> None:
    """Raise ConfigSyntaxError for a directive that would keep the server from starting."""
    reason = complaint(directive)
    if reason is not None:
        raise ConfigSyntaxError(f"{directive.name}: {reason}", line=directive.line, column=1)


def is_unknown(directive: Directive) -> bool:
    """Whether neither Redis 7 nor Memurai 4 has a directive of that name; a module's has a dot in it."""
    name = directive.name
    return KNOWN.get(current_name(name)) is None and "." not in name and name not in ARGUMENT_COUNTS


def _problem(directive: Directive) -> str | None:
    reason = complaint(directive)
    if reason is None:
        return None
    place = directive.name if directive.line is None else f"line {directive.line}: {directive.name}"
    commented = any(argument.startswith("#") for argument in directive.arguments)
    return f"{place}: {reason}{'; a comment must stand on a line of its own' if commented else ''}"


def complaint(directive: Directive) -> str | None:
    """Return why a directive would keep the server from starting, without its values; None when it would not."""
    count = len(directive.arguments)
    known = KNOWN.get(current_name(directive.name))
    if known is not None:
        right = known.kind.canonical(directive.arguments) is not None
        return None if right else f"expected {known.kind.expected}, found {count} argument(s) that are not that"
    if is_unknown(directive):
        return "expected a directive of Redis 7 or Memurai 4, found an unknown name; check its spelling"
    least, most = ARGUMENT_COUNTS.get(directive.name, MODULE_ARGUMENTS)
    return None if least <= count <= (most or count) else f"expected {most or 'at least 1'} argument(s), found {count}"


def _value(directive: Directive) -> Value:
    name, arguments = current_name(directive.name), directive.arguments
    if name == "user":
        return (canonical_rules(arguments[1:]),)
    if name in ARGUMENT_COUNTS:
        return (arguments[1:],)
    known = KNOWN.get(name)
    value = None if known is None else known.kind.canonical(arguments)
    if value is None:
        return (arguments,)
    return tuple(limit[1:] for limit in value) if name == BUFFER_LIMIT else value


def _canonical_path(path: str) -> str:
    value = PATH.canonical((path,))
    return path if value is None else value[0][0]


def _ordered_save_points(points: Value) -> Value:
    """Return save points by falling seconds: their order means nothing; values that are no points stay in place."""
    if any(len(point) != len(("seconds", "changes")) or not "".join(point).isdecimal() for point in points):
        return points
    return tuple(sorted(points, key=lambda point: (-int(point[0]), int(point[1]))))
