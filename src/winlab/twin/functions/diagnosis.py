"""Twin of the function that collects what a server knows of its troubles."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

# The server keeps the first 32 words of a command, the last of them being '... (40 more arguments)'.
_SLOW_LOG = r"""
local found = {}
for _, entry in ipairs(redis.call('SLOWLOG', 'GET', ARGV[1])) do
  local words = entry[4]
  local command = redis.call('COMMAND', 'INFO', words[1])[1]
  local more = #words == 32 and string.match(words[32], '^%.%.%. %((%d+) more arguments%)$')
  found[#found + 1] = string.format('%d %d %d %s %d %s', entry[1], entry[2], entry[3],
    command and command[1] or 'unknown', #words - 1 + (more and more - 1 or 0), entry[5])
end
return found
"""
# The first SCAN tells how many keys the second looked at; nothing comes between the two.
_SAMPLE = """
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
_LATENCY_LINES = 4


@twin(
    "Get-MemuraiDiagnosis",
    *("Info", "SlowLog", "Latency", "Clients", "KeyPatterns", "Unknown"),
    port=range(1, 65536),
    sample_keys=range(1, 10000001),
    timeout_seconds=TIMEOUT_SECONDS,
)
def get_memurai_diagnosis(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    user: str = "",
    password: SecretStr | None = None,
    tls_ca_file: str = "",
    tls_cert_file: str = "",
    tls_key_file: str = "",
    patterns: list[str] = [],  # noqa: B006 - never changed; the default of the library function
    sample_keys: int = 10000,
    timeout_seconds: int = 10,
) -> Output:
    """Collect what a server knows of its troubles; no value, key or argument leaves it."""
    server = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    return _Diagnosis(machine, {**vars(server), "timeout_seconds": timeout_seconds}).run(patterns, sample_keys)


class _NotKnownError(TwinError):
    """The server answered an error, or not at all."""


class _Diagnosis:
    """One diagnosis."""

    def __init__(self, machine: Machine, server: dict[str, Any]) -> None:
        self._machine = machine
        self._server = server
        self._unknown: list[dict[str, str]] = []

    def run(self, patterns: list[str], sample_keys: int) -> Output:
        info = self._known("server", lambda: [self._ask("INFO", "ALL")])
        # One reason is enough for a server that does not answer.
        is_there = bool(info)
        return {
            "Info": info[0] if info else "",
            "SlowLog": self._known("slow log", self._slow_log) if is_there else [],
            "Latency": self._known("latency events", self._latency) if is_there else [],
            "Clients": self._known("clients", self._clients) if is_there else [],
            "KeyPatterns": [
                sample
                for pattern in (patterns if is_there else [])
                for sample in self._known(
                    f"keys {pattern}", lambda pattern=pattern: [self._sample(pattern, sample_keys)]
                )
            ],
            "Unknown": self._unknown,
        }

    def _known(self, what: str, read: Any) -> list[Any]:
        try:
            return list(read())
        except _NotKnownError as error:
            self._unknown.append({"What": what, "Reason": str(error)})
            return []

    def _ask(self, *words: str) -> str:
        try:
            answer = invoke_memurai_command(self._machine, arguments=list(words), **self._server)
        except TwinError as error:
            raise _NotKnownError(str(error)) from error
        if answer["ExitCode"] != 0:
            raise _NotKnownError(f"{answer['Output'].strip()} {answer['ErrorOutput'].strip()}".strip())
        return str(answer["Output"])

    def _lines(self, *words: str) -> list[str]:
        return [line for line in self._ask(*words).splitlines() if line]

    def _slow_log(self) -> Iterator[dict[str, Any]]:
        for line in self._lines("EVAL_RO", _one_line(_SLOW_LOG), "0", "128"):
            number, time, microseconds, command, arguments, address = line.split(" ", 5)
            yield {
                "Id": int(number),
                "TimeUtc": _time(time),
                "Microseconds": int(microseconds),
                "Command": command,
                "Arguments": int(arguments),
                "ClientAddress": address,
            }

    def _latency(self) -> Iterator[dict[str, Any]]:
        lines = self._lines("LATENCY", "LATEST")
        for index in range(0, len(lines) - _LATENCY_LINES + 1, _LATENCY_LINES):
            event, time, latest, maximum = lines[index : index + _LATENCY_LINES]
            yield {
                "Event": event,
                "TimeUtc": _time(time),
                "LatestMilliseconds": int(latest),
                "MaximumMilliseconds": int(maximum),
            }

    def _clients(self) -> list[dict[str, Any]]:
        found = (re.match(r"id=\d+ addr=(.*?):\d+ ", line) for line in self._lines("CLIENT", "LIST"))
        counts = Counter(match[1] for match in found if match)
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [{"Address": address, "Connections": count} for address, count in ordered]

    def _sample(self, pattern: str, sample_keys: int) -> dict[str, Any]:
        cursor, looked, keys, lasting, seconds = "0", 0, 0, 0, 0
        while True:
            answer = self._ask("EVAL_RO", _one_line(_SAMPLE), "0", cursor, pattern)
            cursor, *numbers = answer.split()
            page = [int(number) for number in numbers]
            looked, keys, lasting, seconds = looked + page[0], keys + page[1], lasting + page[2], seconds + page[3]
            if cursor == "0" or looked >= sample_keys:
                break
        return {
            "Pattern": pattern,
            "Keys": keys,
            "SampledKeys": looked,
            "WithoutExpiry": lasting,
            "AverageTtlSeconds": seconds // (keys - lasting) if keys > lasting else None,
            "Complete": cursor == "0",
        }


def _one_line(script: str) -> str:
    return " ".join(script.split())


def _time(seconds: str) -> str:
    return iso_time(datetime.fromtimestamp(int(seconds), UTC))
