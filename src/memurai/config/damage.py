"""Lines of a host's configuration that can be read but that a server refuses: mended by what is desired.

Whatever stands on a host is input like any other. A server would refuse the whole file at its next start.
"""

from dataclasses import dataclass

from memurai.config import Change, Document, check, compare, key, parse, problems, render
from memurai.config.meaning import complaint, is_unknown
from memurai.exceptions import ConfigSyntaxError

# What Notepad and Windows PowerShell 5.1 put before a text in UTF-8. A server refuses its configuration and its ACL
# file for it.
BYTE_ORDER_MARK = "byte order mark"


@dataclass(frozen=True)
class Mended:
    """A configuration without lines that a server refuses.

    document: with the desired lines in their place. changes: of the keys of those lines.
    """

    document: Document
    changes: tuple[Change, ...]


def unreadable(text: str, *, marked: bool) -> tuple[str, ...]:
    """Return why a server would not start on a host's configuration, one sentence each; none of them holds a value.

    text: without its byte order mark. marked: whether one precedes it.
    """
    found = (f"expected no {BYTE_ORDER_MARK}, found one",) if marked else ()
    try:
        return (*found, *problems(parse(text)))
    except ConfigSyntaxError as error:
        return (*found, str(error))


def mended(present: Document, desired: Document, *, keep_foreign: bool = True) -> Mended:
    """Return a host's configuration with the desired lines instead of those that a server refuses.

    A name that is not known stays: only the server can say whether it knows it.

    keep_foreign: the desired one does not replace the lines that it does not set.
    Raises ConfigSyntaxError at a refused line that the desired one does not replace.
    """
    refused = [line for line in present.directives if complaint(line) is not None and not is_unknown(line)]
    places = list(dict.fromkeys(key(line) for line in refused))
    if not places:
        return Mended(present, ())
    wanted, remedies = desired.values, {change.key for change in compare(present, desired)}
    for line in refused:
        if keep_foreign and key(line) not in {*wanted, *remedies}:
            check(line)
    before = {key(line): (line.arguments,) for line in refused}
    gone = {line.line for line in present.directives if key(line) in places}
    kept = [line for number, line in enumerate(present.text.split("\n"), 1) if number not in gone]
    lines = render(line for line in desired.directives if key(line) in places)
    text = "\n".join(kept)
    separator = "\n" if text and not text.endswith("\n") else ""
    changes = tuple(Change(place, before[place], wanted.get(place)) for place in places)
    return Mended(Document.of(text + separator + lines), changes)
