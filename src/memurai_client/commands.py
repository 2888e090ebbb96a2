"""What is known of commands: which may be sent twice, and how long one waits by itself.

Sent twice may be what leaves the same data and gives the same answer as once. So SET may, and INCR may not; neither may
DEL, HSET and SADD, whose second answer is another number, nor SET with NX, GET or IFEQ: with any option that is not
known to ask for the same a second time. Scripts may not, but for those that the server lets only read.
"""

from __future__ import annotations

import math
from itertools import pairwise

Argument = str | bytes | int | float | memoryview
Command = tuple[Argument, ...]

_READING = """
    BITCOUNT BITFIELD_RO BITPOS DBSIZE DUMP ECHO EVALSHA_RO EVAL_RO EXISTS EXPIRETIME FCALL_RO GEODIST GEOHASH GEOPOS
    GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GET GETBIT GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HRANDFIELD
    HSCAN HSTRLEN HVALS INFO KEYS LCS LINDEX LLEN LOLWUT LPOS LRANGE MGET PEXPIRETIME PFCOUNT PING PTTL RANDOMKEY ROLE
    SCAN SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SORT_RO SRANDMEMBER SSCAN STRLEN SUBSTR SUNION
    TIME TOUCH TTL TYPE XLEN XPENDING XRANGE XREAD XREVRANGE ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE
    ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE
    ZUNION
"""
_WRITING = "HMSET LSET MSET PSETEX SET SETEX"
# MULTI and EXEC carry commands that are judged one by one.
_FRAME = "EXEC MULTI"

READING = frozenset(_READING.split()) | {"MEMORY USAGE", "OBJECT ENCODING", "SCRIPT EXISTS", "SCRIPT LOAD"}
REPEATABLE = READING | frozenset(_WRITING.split()) | frozenset(_FRAME.split())

# Of SET: those after which a second time is like the first, and those of them that have a value. XX finds the key both
# times or neither.
_HARMLESS = frozenset({"KEEPTTL", "XX"})
_HARMLESS_WITH_VALUE = frozenset({"EX", "EXAT", "PX", "PXAT"})
_TIMEOUT_LAST = frozenset({"BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"})
_TIMEOUT_FIRST = frozenset({"BLMPOP", "BZMPOP"})
_READS_STREAMS = frozenset({"XREAD", "XREADGROUP"})
_WAITS_FOR_REPLICAS = frozenset({"WAIT", "WAITAOF"})
_BLOCKING = _TIMEOUT_LAST | _TIMEOUT_FIRST | _READS_STREAMS | _WAITS_FOR_REPLICAS
_MILLISECONDS = 1_000
_FOR_EVER_SECONDS = 1_000_000  # sockets do not wait that long


def name_of(argument: Argument) -> str:
    """Return a command's or an option's name, however it was written; "" of what can't be one."""
    if isinstance(argument, str):
        return argument.upper()
    if isinstance(argument, bytes):
        return argument.decode("ascii", "replace").upper()
    return ""


def is_repeatable(command: Command) -> bool:
    """Return whether sending the command a second time leaves the same data and gives the same answer."""
    name = command[0]
    if name in READING:
        return True
    name = name_of(name)
    if name == "SET":
        return _are_harmless(command[3:])
    return name in REPEATABLE


def _are_harmless(options: Command) -> bool:
    rest = iter(options)
    for option in map(name_of, rest):
        if option in _HARMLESS_WITH_VALUE:
            next(rest, None)
        elif option not in _HARMLESS:
            return False
    return True


def own_wait(command: Command) -> float | None:
    """Return how many seconds the command itself may wait at the server; 0 for most; None: for ever."""
    name = name_of(command[0])
    if name not in _BLOCKING:
        return 0
    try:
        seconds = _blocking_seconds(name, command)
    except ValueError:
        return 0  # no number: the server refuses it at once
    if not math.isfinite(seconds):
        return 0  # the server refuses it at once
    return max(seconds, 0) if seconds and seconds < _FOR_EVER_SECONDS else None


def _blocking_seconds(name: str, command: Command) -> float:
    if name in _TIMEOUT_LAST:
        return _number(command[-1])
    if name in _TIMEOUT_FIRST:
        return _number(command[1])
    if name in _WAITS_FOR_REPLICAS:
        return _number(command[-1]) / _MILLISECONDS
    for option, value in pairwise(command):
        if name_of(option) == "BLOCK":
            return _number(value) / _MILLISECONDS
    return -1  # a stream read that does not block


def _number(argument: Argument) -> float:
    return float(bytes(argument) if isinstance(argument, memoryview) else argument)
