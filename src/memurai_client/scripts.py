"""Lua scripts, put together from the files of `lua/`: each holds one function, or the main part of one script."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

from redis.exceptions import NoScriptError

from memurai_client.conversation import Conversation, Request


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script.

    Args:
        text: Its source.
        digest: The source's SHA-1 in hexadecimal, by which a server that has seen the text knows it.
    """

    text: str
    digest: str

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Make a script of its text."""
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())

    def run(self, keys: list[str], arguments: Request) -> Conversation[Any]:
        """Run the script by its digest, and by its text on a server that does not know it (yet, or since a restart).

        A server that does not know a script has not run it, so this is no second time.
        """
        try:
            return (yield "EVALSHA", self.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return (yield "EVAL", self.text, len(keys), *keys, *arguments)


@cache
def script(*parts: str) -> Script:
    """Put a script together from files of `lua/`.

    Args:
        parts: Names of files without their ending: the functions that are needed, then the main part.
    """
    folder = files("memurai_client") / "lua"
    return Script.from_text("\n".join((folder / f"{part}.lua").read_text("utf-8") for part in parts))
