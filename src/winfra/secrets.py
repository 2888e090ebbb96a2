"""Where secrets come from, and how they stay out of sight.

A secret is named in the inventory by its source, is looked up as late as possible, and travels as
pyinfra's HiddenValue, which prints as a mask everywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from pyinfra.api import HiddenValue

from winfra.exceptions import SecretError

MASK = "<secret>"
# A value shorter than this is no secret anyone can keep, and replacing it would garble ordinary words.
SHORTEST_SCRUBBED = 4


def hidden(value: str) -> HiddenValue:
    """Wrap a secret so that it prints as `<secret>`."""
    return HiddenValue(value, masked_value=MASK)


def resolve(source: str | HiddenValue, *, what: str) -> HiddenValue:
    """Return the secret that a source names.

    source: a HiddenValue, which is the secret itself, or `env:NAME`, an environment variable of this machine.
    what: what the secret is for, for the error, e.g. `winrm_password of @winrm/cache1`.

    Raises SecretError when the source is of no known form or gives nothing.
    """
    if isinstance(source, HiddenValue):
        return _not_empty(source, what, "a value that is not empty")
    kind, _, name = source.partition(":")
    if kind != "env" or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise SecretError(
            f"{what}: expected a source like env:NAME, found something else (not shown: it may be the secret itself). "
            "Put the secret into an environment variable and write env: and its name."
        )
    return _not_empty(hidden(os.environ.get(name, "")), what, f"the environment variable {name} to be set")


def _not_empty(secret: HiddenValue, what: str, expected: str) -> HiddenValue:
    if not secret.unmask():
        raise SecretError(f"{what}: expected {expected}, found nothing. Set it and run again.")
    return secret


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every known secret replaced by `<secret>`, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SCRUBBED:
            text = text.replace(secret, MASK)
    return text


def hidden_values(value: object) -> set[str]:
    """Collect the secrets inside a value: HiddenValues in mappings, lists and tuples at any depth."""
    if isinstance(value, HiddenValue):
        return {value.unmask()}
    if isinstance(value, dict):
        return {secret for item in value.values() for secret in hidden_values(item)}
    if isinstance(value, list | tuple):
        return {secret for item in value for secret in hidden_values(item)}
    return set()
