"""The words by which a server says that it did not execute a command, and why.

Source: Redis 7.0, src/server.c, `createSharedObjects` and `processCommand`; Redis 6 tells what a script was refused
inside of the script's error (src/scripting.c, `luaRedisGenericCommand`).
"""

from __future__ import annotations

import re

import redis

# What passes: a long script, loading, a replica's first synchronisation. It is worth another try.
TEMPORARY = frozenset({"BUSY", "LOADING", "MASTERDOWN"})
# What lasts: no room, no replicas, no disk, no primary any more.
UNAVAILABLE = TEMPORARY | {"CLUSTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY", "TRYAGAIN"}

_WORD = re.compile(r"(?:Error running script .*: -?)?([A-Z]{2,})\b")


class ServerBusy(redis.ConnectionError):
    """Say that a server can't execute a command at the moment: it refused it, so nothing was executed."""


def word_of(error: Exception) -> str:
    """Return the word that names the kind of a server's error; "" where there is none.

    redis-py keeps it beside the text of the kinds that it knows.
    """
    word: str = getattr(error, "status_code", None) or ""
    if word in ("", "ERR") and (found := _WORD.match(str(error))):
        word = found[1]
    return word
