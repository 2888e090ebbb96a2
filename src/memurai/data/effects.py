"""Settings whose effect on the data only the running server can tell: it is asked before they change."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from memurai.config import format_size, parse_size
from memurai.server import Server
from winfra.facts.files import ItemState

# Redis' defaults.
LIMITS = {"databases": "16", "maxmemory": "0"}
PAUSE_MINUTES = 10
PAUSE = f"CLIENT PAUSE {PAUSE_MINUTES * 60_000} WRITE"
# memurai-cli reads the password from its environment; on a command line every user of the host could see it.
SIGN_IN = (
    "$env:REDISCLI_AUTH = [Net.NetworkCredential]::new('', (Read-Host -AsSecureString "
    "'Present password of the server')).Password"
)
SIGN_OUT = "Remove-Item Env:REDISCLI_AUTH"
REWRITE = "BGREWRITEAOF, and wait until INFO says aof_rewrite_in_progress:0"


@dataclass(frozen=True)
class Limits:
    """What a server can hold: its number of databases, and maxmemory in bytes (0: no limit)."""

    databases: int
    maxmemory: int


def limits_of(values: Mapping[str, str]) -> Limits:
    """Return what a server can hold by its directives.

    Raises ConfigurationError when one of them is no number or size.
    """
    found = {name: parse_size(values.get(name, default)) for name, default in LIMITS.items()}
    return Limits(**found)


@dataclass(frozen=True)
class Held:
    """What a running server holds.

    info: its INFO. increments: the files of its append-only file with what was written since that was rewritten; None
    when they are not known. An empty list for a server that writes none.
    """

    info: Mapping[str, str]
    increments: Sequence[ItemState] | None

    @property
    def keys(self) -> dict[int, int]:
        """The number of keys by database, of those that have any."""
        found = {name: re.match(r"keys=(\d+)", value) for name, value in self.info.items()}
        return {
            int(name.removeprefix("db")): int(match[1])
            for name, match in found.items()
            if match and re.fullmatch(r"db\d+", name)
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it would be missed; functions are data, too. One that loads can't say it yet."""
        functions = self.info.get("number_of_libraries", "0")
        return not self.keys and functions == "0" and self.info.get("loading") == "0"

    @property
    def is_rewritten(self) -> bool:
        """Whether nothing was written to the append-only file since it was rewritten."""
        return self.increments is not None and not any(item["size_bytes"] for item in self.increments)

    @property
    def used_bytes(self) -> int:
        """The memory that maxmemory limits."""
        return int(self.info.get("used_memory", 0)) - int(self.info.get("mem_not_counted_for_evict", 0))


def problems(before: Limits, after: Limits, held: Held, server: Server, *, rewrites: bool) -> Iterator[str]:
    """Yield what a change of the limits would do to the data of a running server.

    server: how the host asks it. rewrites: whether the append-only file will be
    rewritten before the change.
    """
    if after.databases < before.databases:
        yield from _database_problems(before, after, held, server, rewrites=rewrites)
    used = held.used_bytes
    if after.maxmemory and used > after.maxmemory and (not before.maxmemory or after.maxmemory < before.maxmemory):
        yield (
            f"maxmemory: expected at least the {used} bytes that the running server uses for its data, found "
            f"{after.maxmemory} ({format_size(after.maxmemory)}): by memurai_memory.policy it would delete keys at "
            "once, or refuse writes. Give memurai_memory.maxmemory more, or delete keys that are not wanted, and "
            "deploy again."
        )


def _database_problems(before: Limits, after: Limits, held: Held, server: Server, *, rewrites: bool) -> Iterator[str]:
    gone = f"{after.databases} to {before.databases - 1}"
    keys = {number: count for number, count in held.keys.items() if number >= after.databases}
    keep = step(f'set "databases": {before.databases} in memurai_extra directives')
    if keys:
        found = ", ".join(f"db{number}: {count} keys" for number, count in sorted(keys.items()))
        yield numbered(
            f"databases: expected no keys in the databases that go ({gone}), found {found}. With fewer databases the "
            "server writes them over those of another database when it loads its append-only file, or does not start. "
            "Nothing was changed. Keys that are not wanted can be deleted; otherwise keep the databases:",
            [keep, DEPLOY],
        )
    elif not (rewrites or held.is_rewritten):
        yield numbered(
            f"databases: expected an append-only file without entries of the databases that go ({gone}), found one "
            "that was written to since it was rewritten. While it is loaded, an entry of a database that does not "
            "exist runs in another one. Nothing was changed. In this order, the last step within "
            f"{PAUSE_MINUTES} minutes, in which clients can't write:",
            [*asking(server, PAUSE, REWRITE), DEPLOY],
        )


def on_host(command: str) -> str:
    """Return the step that a command is run on the host."""
    return f"On the host: {command}"


def asking(server: Server, *commands: str, then: Sequence[str] = ()) -> list[str]:
    """Return the steps by which commands are sent to a server, whose password is typed and never said.

    then: steps right after the commands, before the password is forgotten again.
    """
    sent = [on_host(f"{server.command_line} {command}") for command in commands]
    if not server.password.unmask():
        return [*sent, *then]
    return [on_host(SIGN_IN), *sent, *then, on_host(SIGN_OUT)]


def step(action: str) -> str:
    """Return the step that something is done on the control node."""
    return f"On this machine: {action}"


DEPLOY = step("deploy")


def numbered(reason: str, steps: Sequence[str]) -> str:
    """Return a reason with the steps of the way on, one a line."""
    return "\n".join([reason, *(f"      {number}. {text}" for number, text in enumerate(steps, 1))])
