"""Which earlier configuration a host returns to."""

from collections.abc import Sequence

from memurai.facts.configuration import HistoryEntry

DATA_KEY = "rollback_to"
PREVIOUS = "previous"


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


def listed(entries: Sequence[HistoryEntry]) -> list[str]:
    """Return the entries as lines for people."""
    lines = [f"  {entry['name']}  {entry['size_bytes']} bytes" for entry in entries]
    return lines or ["  (none: the configuration was never changed)"]
