"""Which earlier configuration a host returns to."""

from collections.abc import Sequence

from memurai.config import normal, parse
from memurai.damage import mended
from memurai.endpoint import Endpoint
from memurai.facts.configuration import HistoryEntry
from memurai.passwords import with_password

DATA_KEY = "rollback_to"
PREVIOUS = "previous"
ACL_FILE = ("aclfile",)


def choose(entries: Sequence[HistoryEntry], wanted: str | None) -> tuple[HistoryEntry | None, list[str]]:
    """Return the entry that is wanted, and what there is to say when there is none.

    entries: the newest first. wanted: a name, `previous` for the newest, or None to be told what there is.
    """
    if wanted is None:
        return None, [
            f"add --data {DATA_KEY}=NAME (or {PREVIOUS}, the first) to return to one of these:",
            *listed(entries),
        ]
    chosen = next((entry for entry in entries if wanted in {entry["name"], entry["name"].removesuffix(".conf")}), None)
    if wanted == PREVIOUS and entries:
        chosen = entries[0]
    if chosen is None:
        return None, [f"{DATA_KEY}: expected one of these earlier configurations, found {wanted!r}:", *listed(entries)]
    return chosen, []


def with_present_password(present: str | None, earlier: str) -> str:
    """Return an earlier configuration, where users have an ACL file with the present password of the administrator.

    The users and their passwords are no part of a configuration's history: a former password would be refused.
    Raises ConfigSyntaxError when a text can't be read.
    """
    if present is None or not all(ACL_FILE in normal(parse(text)) for text in (present, earlier)):
        return earlier
    return with_password(earlier, Endpoint.of(mended(present, earlier, keep_foreign=False).text).password)


def listed(entries: Sequence[HistoryEntry]) -> list[str]:
    """Return the entries as lines for people."""
    lines = [f"  {entry['name']}  {entry['size_bytes']} bytes" for entry in entries]
    return lines or ["  (none: the configuration was never changed)"]
