"""Raw directives, the escape hatch: what may stand there, and what has a better place.

The names are those of Redis 7: https://github.com/redis/redis/blob/7.2/src/config.c
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from memurai import config
from memurai.config import Directive, flag
from memurai.config.directives import KNOWN
from memurai.settings.values import COMBINATION, Form

# The setting that each directive of the template is written from.
OWNED = {
    "appendfilename": "memurai_persistence.appendfilename",
    "appendfsync": "memurai_persistence.appendfsync",
    "appendonly": "memurai_persistence.appendonly",
    "auto-aof-rewrite-min-size": "memurai_persistence.auto_aof_rewrite_min_size",
    "auto-aof-rewrite-percentage": "memurai_persistence.auto_aof_rewrite_percentage",
    "bind": "memurai_network.bind",
    "dbfilename": "memurai_persistence.dbfilename",
    "dir": "memurai_storage.data",
    "latency-monitor-threshold": "memurai_diagnostics.latency_monitor_threshold",
    "logfile": "memurai_storage.logs and memurai_logging.file",
    "loglevel": "memurai_logging.loglevel",
    "maxclients": "memurai_security.maxclients",
    "maxmemory": "memurai_memory.maxmemory",
    "maxmemory-policy": "memurai_memory.policy",
    "port": "memurai_network.port",
    "rdbchecksum": "memurai_persistence.rdbchecksum",
    "rdbcompression": "memurai_persistence.rdbcompression",
    "rename-command": "memurai_security.renamed_commands",
    "requirepass": "memurai_security.password",
    "save": "memurai_persistence.save",
    "slowlog-log-slower-than": "memurai_diagnostics.slowlog_log_slower_than",
    "slowlog-max-len": "memurai_diagnostics.slowlog_max_len",
    "tcp-backlog": "memurai_network.tcp_backlog",
    "tcp-keepalive": "memurai_network.tcp_keepalive",
    "timeout": "memurai_network.timeout",
    "tls-auth-clients": "memurai_tls.client_certificates",
    "tls-ca-cert-file": "memurai_tls.ca",
    "tls-cert-file": "memurai_tls.certificate",
    "tls-key-file": "memurai_tls.key",
    "tls-port": "memurai_tls.port",
}
# Not written by the template, and still a setting.
OWNED_ELSEWHERE = {"license-file": "memurai_package.license_file"}
SECRET = ("masterauth", "tls-client-key-file-pass", "tls-key-file-pass", "user")
# A word that no harmless directive of Redis has in its name.
SECRET_WORD = "pass"  # noqa: S105 - a word, not a password
RELIED_ON = {
    "aclfile": "with it Redis ignores the password, and its default user needs none",
    "appenddirname": "preflight looks for the AOF in the default folder",
    "include": "what it brings is checked by nobody, and CONFIG REWRITE copies its secrets into the main file",
    "replicaof": "standalone servers have none, and in a set (memurai_replication) the Sentinels decide",
    "slaveof": "standalone servers have none, and in a set (memurai_replication) the Sentinels decide",
}
# No directive of Redis 7 is this much like one of those above; a name that is, is a misspelt one.
RESEMBLANCE = 0.9

# With dots: the directives of modules.
NAME = re.compile(r"[a-z][a-z0-9._-]*")
# Whether Memurai reads a backslash in double quotes as Redis does is not documented.
ARGUMENT = re.compile(r"[ !#-\[\]-~]*")
LONGEST_ARGUMENT = 1024
FORM = Form("mapping or list", "{name: value or list of values}, or a list of [name, value, ...]")

# (name, argument, ...), the name in lower case.
RawDirective = tuple[str, ...]
Scalar = str | int | float


def _directives(value: object) -> tuple[RawDirective, ...]:
    """Return directives as (name, argument, ...), the name in lower case, from any of the forms that data may have."""
    entries = list(_entries(value))
    problems = [problem for name, arguments in entries for problem in _problems(name, arguments)]
    if problems:
        raise PydanticCustomError(COMBINATION, "some directives may not stand here", {"problems": problems})
    return tuple((str(name).lower(), *(_text(argument) for argument in arguments)) for name, arguments in entries)


def _entries(value: object) -> Iterator[tuple[object, Sequence[object]]]:
    """Yield each directive's name and arguments."""
    if isinstance(value, Mapping):
        for name, arguments in value.items():
            yield name, arguments if isinstance(arguments, list | tuple) else [arguments]
    elif isinstance(value, list | tuple) and all(isinstance(entry, list | tuple) and entry for entry in value):
        for name, *arguments in value:
            yield name, arguments
    else:
        raise ValueError(FORM.expected)


def _problems(name: object, arguments: Sequence[object]) -> Iterator[str]:
    """Yield what is wrong with a directive; never a value, which may be a secret."""
    if not isinstance(name, str) or not NAME.fullmatch(name.lower()):
        # Not shown: a whole line, with its value, may stand where the name belongs.
        yield "directives: expected the name of a directive, such as hz, found something else (not shown)"
        return
    found = [*_misplaced(name.lower()), *_ill_formed(arguments)]
    yield from (f"directives.{name.lower()}: expected {problem}" for problem in found)
    if not found:
        yield from _unknown_to_redis(name.lower(), arguments)


def _ill_formed(arguments: Sequence[object]) -> Iterator[str]:
    if not arguments:
        yield "a value, found none"
    for argument in arguments:
        if not isinstance(argument, Scalar):
            yield f"a text, number, True or False, found a {type(argument).__name__}"
        elif len(_text(argument)) > LONGEST_ARGUMENT:
            yield f"at most {LONGEST_ARGUMENT} characters, found {len(_text(argument))}"
        elif not ARGUMENT.fullmatch(_text(argument)):
            yield 'printable ASCII without line breaks, " and \\ (paths take /), found another character (not shown)'


def _unknown_to_redis(name: str, arguments: Sequence[object]) -> Iterator[str]:
    """Yield a name that would keep the server from starting, or values of another kind than the directive's."""
    nearest = [] if name in KNOWN else get_close_matches(name, KNOWN, 1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    directive = Directive(name, tuple(_text(argument) for argument in arguments))
    yield from (f"directives.{problem}{hint}" for problem in config.problems([directive]))


def _misplaced(name: str) -> Iterator[str]:
    """Yield what speaks against a directive here, whatever its value."""
    settings = {**OWNED, **OWNED_ELSEWHERE}
    nearest = get_close_matches(name, [*settings, *SECRET, *RELIED_ON], 1, RESEMBLANCE)
    if name in settings:
        yield f"no directive that has a setting, found one; write {settings[name]}"
    elif name in RELIED_ON:
        yield f"no {name}, found one: {RELIED_ON[name]}; leave it out"
    elif name not in SECRET and nearest:
        meant = f"{nearest[0]}, which is {settings[nearest[0]]}" if nearest[0] in settings else nearest[0]
        yield f"the name of a directive, found a misspelt one; did you mean {meant}?"
    elif name in SECRET or SECRET_WORD in name:
        yield (
            "no directive that holds a secret, found one (its value is not shown); data is no place for a secret: take "
            "it out, and replace it if others may have read it"
        )


def _text(argument: object) -> str:
    return flag(argument) if isinstance(argument, bool) else str(argument)


Directives = Annotated[tuple[RawDirective, ...], BeforeValidator(_directives), FORM]
