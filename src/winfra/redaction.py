"""Differences of texts that hold secrets: which secret changed is visible, no secret is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from winfra.secrets import MASK, scrub

CHANGED = "<secret, changed>"


@dataclass(frozen=True)
class Redaction:
    """What must not be shown of a text.

    secrets: values known here, replaced wherever they stand.
    keys: first words of lines whose rest is a secret, e.g. `requirepass`; they cover values that are not known here,
        like the password that a host has had until now.
    """

    secrets: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()

    def lines(self, before: str, after: str) -> tuple[list[str], list[str]]:
        """Return two texts as lines that may be shown and compared."""
        old, new = before.splitlines(), after.splitlines()
        return self._shown(old, frozenset(old), MASK), self._shown(new, frozenset(old), CHANGED)

    def _shown(self, lines: Iterable[str], known: frozenset[str], mask: str) -> list[str]:
        return [self._line(line, MASK if line in known else mask) for line in lines]

    def _line(self, line: str, mask: str) -> str:
        words = line.split()
        for key in self.keys:
            key_words = key.lower().split()
            if [word.lower() for word in words[: len(key_words)]] == key_words and len(words) > len(key_words):
                return " ".join([*words[: len(key_words)], mask])
        return scrub(line, self.secrets).replace(MASK, mask)
