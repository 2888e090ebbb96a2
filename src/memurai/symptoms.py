"""What a server tells of its troubles: the commands that ask for it, and how their answers are read.

No value, no key and no argument of a command leaves the server.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from typing_extensions import TypedDict

from memurai.facts.server import Answered

Ask = Callable[[Sequence[Sequence[str]]], Sequence[Answered]]
"""Sends commands to a server, and returns what each was answered."""

SAMPLE_KEYS = 10_000
LATENCY_LINES = 4


def script(text: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a script inside the server, one that changes nothing and takes no keys."""
    return ("EVAL_RO", " ".join(text.split()), "0", *arguments)


INFO = ("INFO", "ALL")
LATENCY = ("LATENCY", "LATEST")
CLIENTS = ("CLIENT", "LIST")
# The script picks what is wanted inside the server: arguments are secrets or personal data and never leave it. A
# renamed command, whose new name is a secret, comes under its own name.
# The server keeps the first 32 words of a command, the last of them being '... (40 more arguments)'.
SLOW_LOG = script(
    """
    local found = {}
    for _, entry in ipairs(redis.call('SLOWLOG', 'GET', ARGV[1])) do
      local words = entry[4]
      local command = redis.call('COMMAND', 'INFO', words[1])[1]
      local more = #words == 32 and string.match(words[32], '^%.%.%. %((%d+) more arguments%)$')
      found[#found + 1] = string.format('%d %d %d %s %d %s', entry[1], entry[2], entry[3],
        command and command[1] or 'unknown', #words - 1 + (more and more - 1 or 0), entry[5])
    end
    return found
    """,
    "128",
)
# In steps of 500 keys, so that the server is never busy with it for long; it counts inside the server, which no key
# leaves. The first SCAN tells how many keys the second looked at; nothing comes between the two.
SAMPLE = """
    local all = redis.call('SCAN', ARGV[1], 'COUNT', 500)
    local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 500)
    local keys, lasting, seconds = 0, 0, 0
    for _, key in ipairs(page[2]) do
      local left = redis.call('TTL', key)
      if left ~= -2 then keys = keys + 1 end
      if left == -1 then lasting = lasting + 1 end
      if left > 0 then seconds = seconds + left end
    end
    return string.format('%s %d %d %d %.0f', page[1], #all[2], keys, lasting, seconds)
    """


class SlowCommand(TypedDict):
    """One entry of the slow log; arguments: how many, never what they are. The time is UTC."""

    id: int
    time_utc: str
    microseconds: int
    command: str
    arguments: int
    client_address: str


class LatencyEvent(TypedDict):
    """The latest event of a kind; the time is UTC."""

    event: str
    time_utc: str
    latest_milliseconds: int
    maximum_milliseconds: int


class ClientCount(TypedDict):
    """How many connections an address has."""

    address: str
    connections: int


class KeySample(TypedDict):
    """Keys of a pattern among those that were looked at; complete: these were all. The average is in seconds."""

    pattern: str
    keys: int
    sampled_keys: int
    without_expiry: int
    average_ttl_seconds: int | None
    complete: bool


class Unread(TypedDict):
    """What could not be read, and why."""

    what: str
    reason: str


class Symptoms(TypedDict):
    """Everything that was found; info: the answer to INFO ALL, empty when there was none."""

    info: str
    slow_log: list[SlowCommand]
    latency: list[LatencyEvent]
    clients: list[ClientCount]
    key_patterns: list[KeySample]
    unknown: list[Unread]


def observed(ask: Ask, patterns: Sequence[str], sample_keys: int = SAMPLE_KEYS) -> Symptoms:
    """Return what a server tells of its troubles.

    ask: sends commands to it. patterns: of the keys to count. sample_keys: about how many keys are looked at for each.
    """
    (info,) = ask([INFO])
    # One reason is enough for a server that does not answer.
    is_there = info.text is not None
    slow_log, latency, clients = ask([SLOW_LOG, LATENCY, CLIENTS]) if is_there else [Answered("", "")] * 3
    samples = sampled(ask, patterns if is_there else (), sample_keys)
    reasons = {
        "server": info.reason,
        "slow log": slow_log.reason,
        "latency events": latency.reason,
        "clients": clients.reason,
        **{f"keys {sample.pattern}": sample.reason for sample in samples},
    }
    return {
        "info": info.text or "",
        "slow_log": slow_commands(slow_log.text or ""),
        "latency": latency_events(latency.text or ""),
        "clients": client_counts(clients.text or ""),
        "key_patterns": [sample.counted() for sample in samples if not sample.reason],
        "unknown": [{"what": what, "reason": reason} for what, reason in reasons.items() if reason],
    }


def slow_commands(text: str) -> list[SlowCommand]:
    """Return the entries of the slow log, newest first, from the answer to SLOW_LOG."""
    entries = [line.split(" ", 5) for line in lines(text)]
    return [
        {
            "id": int(number),
            "time_utc": utc(time),
            "microseconds": int(microseconds),
            "command": command,
            "arguments": int(arguments),
            "client_address": address,
        }
        for number, time, microseconds, command, arguments, address in entries
    ]


def latency_events(text: str) -> list[LatencyEvent]:
    """Return the latest event of each kind that the latency monitor saw, from the answer to LATENCY LATEST."""
    parts = [iter(lines(text))] * LATENCY_LINES
    return [
        {
            "event": event,
            "time_utc": utc(time),
            "latest_milliseconds": int(latest),
            "maximum_milliseconds": int(maximum),
        }
        for event, time, latest, maximum in zip(*parts, strict=False)
    ]


def client_counts(text: str) -> list[ClientCount]:
    """Return how many connections each address has, the most first, from the answer to CLIENT LIST."""
    found = (re.match(r"id=\d+ addr=(.*?):\d+ ", line) for line in lines(text))
    counts = Counter(match[1] for match in found if match)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"address": address, "connections": count} for address, count in ordered]


@dataclass
class Sampling:
    """Keys of a pattern that are being counted in database 0; reason: why that ended, empty where it went well."""

    pattern: str
    cursor: str = "0"
    looked: int = 0
    keys: int = 0
    lasting: int = 0
    seconds: int = 0
    reason: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        """What counts the next keys."""
        return script(SAMPLE, self.cursor, self.pattern)

    def add(self, answer: Answered) -> None:
        """Add what the command was answered."""
        self.reason = answer.reason
        if answer.text is not None:
            self.cursor, *numbers = answer.text.split()
            looked, keys, lasting, seconds = map(int, numbers)
            self.looked, self.keys = self.looked + looked, self.keys + keys
            self.lasting, self.seconds = self.lasting + lasting, self.seconds + seconds

    def goes_on(self, sample_keys: int) -> bool:
        """Return whether there is more to count."""
        return not self.reason and self.cursor != "0" and self.looked < sample_keys

    def counted(self) -> KeySample:
        """Return what was counted."""
        limited = self.keys - self.lasting
        return {
            "pattern": self.pattern,
            "keys": self.keys,
            "sampled_keys": self.looked,
            "without_expiry": self.lasting,
            "average_ttl_seconds": self.seconds // limited if limited else None,
            "complete": self.cursor == "0",
        }


def sampled(ask: Ask, patterns: Sequence[str], sample_keys: int) -> list[Sampling]:
    """Count the keys of patterns, each in a bounded part of the database; the next keys of all in one request."""
    samples = [Sampling(pattern) for pattern in patterns]
    counting = samples
    while counting:
        for sample, answer in zip(counting, ask([sample.command for sample in counting]), strict=True):
            sample.add(answer)
        counting = [sample for sample in counting if sample.goes_on(sample_keys)]
    return samples


def lines(text: str) -> list[str]:
    """Return the lines of an answer, also of one that a client for Windows wrote, without empty ones."""
    return [line for line in text.splitlines() if line]


def utc(seconds: str) -> str:
    """Return a time that a server counts in seconds as ISO 8601."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
