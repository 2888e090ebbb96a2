"""Raw answers of servers and Sentinels, as memurai-cli and redis-py give them, become facts.

INFO says all that ROLE does, and SENTINEL MASTERS all that SENTINEL MASTER does of one set: these two are asked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from memurai.exceptions import UnreadableAnswerError
from memurai.topology.addresses import Address
from memurai.topology.facts import DOWN, ConnectedReplica, KnownPeer, SentinelAnswer, ServerAnswer, View

# memurai-cli's lines, or what redis-py makes of the protocol's second or third version: names and values in turn or by
# name, for one thing or for several.
Answer = str | Sequence[object] | Mapping[str, object]
NO_HISTORY = "0" * 40


def server_answer(information: Mapping[str, str]) -> ServerAnswer:
    """Return what a server says of itself.

    information: the fields of its whole INFO, as `memurai.facts.server.parse_info` reads them. Raises
    UnreadableAnswerError when one is missing or no number, as when a Sentinel was asked.
    """
    what = "INFO of a server"
    is_replica = _text(information, "role", what) == "slave"
    return ServerAnswer(
        run_id=_text(information, "run_id", what),
        history=_history(information, "master_replid"),
        former_history=_history(information, "master_replid2"),
        is_loading=information.get("loading") == "1" or information.get("async_loading") == "1",
        keys=sum(_number(fields, "keys", what) for fields in _keyspaces(information)),
        libraries=int(information.get("number_of_libraries", "0")),
        offset=_number(information, "slave_repl_offset" if is_replica else "master_repl_offset", what),
        replicas=tuple(_connected_replicas(information)),
        primary=_address(information, what, "master_host", "master_port") if is_replica else None,
        is_link_up=information.get("master_link_status") == "up",
        priority=_number(information, "slave_priority", what) if is_replica else 100,
    )


@dataclass(frozen=True)
class RawSentinelAnswers:
    """What a Sentinel was answered.

    identifier, information, masters: to SENTINEL MYID, to INFO (its fields), and to SENTINEL MASTERS.
    replicas, sentinels, quorum_answer: to SENTINEL REPLICAS, SENTINELS and CKQUORUM with the set's name, the last one's
    error too; not given where it watches no such set.
    """

    identifier: str
    information: Mapping[str, str]
    masters: Answer
    replicas: Answer = ()
    sentinels: Answer = ()
    quorum_answer: str = ""


def sentinel_answer(set_name: str, raw: RawSentinelAnswers) -> SentinelAnswer:
    """Return what a Sentinel says of a set; raise UnreadableAnswerError when a field is missing or no number."""
    sets = {_text(row, "name", "SENTINEL MASTERS"): row for row in rows(raw.masters)}
    mine = sets.pop(set_name, None)
    return SentinelAnswer(
        identifier=raw.identifier.strip(),
        view=None if mine is None else _view(mine, raw),
        others={name: _address(row, "SENTINEL MASTERS") for name, row in sets.items()},
        is_tilted=raw.information.get("sentinel_tilt") == "1",
    )


def rows(answer: Answer) -> list[dict[str, str]]:
    """Return each thing that an answer is about, its values by their names.

    Raises UnreadableAnswerError for something else than names and values.
    """
    if isinstance(answer, str):
        return _rows_of_words(re.split(r"\r*\n", answer))
    if isinstance(answer, Mapping):
        values = list(answer.values())
        is_several = all(isinstance(value, Mapping) for value in values)
        return [row for value in values for row in rows(cast("Answer", value))] if is_several else [_row(answer)]
    if answer and isinstance(answer[0], str | bytes):
        return _rows_of_words([_word(word) for word in answer])
    return [row for item in answer for row in rows(cast("Answer", item))]


def _rows_of_words(words: Sequence[str]) -> list[dict[str, str]]:
    """Return things whose names and values stand in turn; each begins with its `name`."""
    if not any(words):  # an empty answer is an empty line
        return []
    if words[0] != "name":
        raise UnreadableAnswerError(f"expected names and values of sets, replicas or Sentinels, found {words[0]!r}")
    found: list[dict[str, str]] = []
    for name, value in zip(words[::2], words[1::2], strict=False):  # the last line may be empty
        if name == "name":
            found.append({})
        found[-1][name] = value
    return found


def _row(answer: Mapping[str, object]) -> dict[str, str]:
    return {_word(name): _word(value) for name, value in answer.items()}


def _word(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _view(row: Mapping[str, str], raw: RawSentinelAnswers) -> View:
    what = "SENTINEL MASTERS"
    return View(
        primary=_address(row, what),
        epoch=_number(row, "config-epoch", what),
        quorum=_number(row, "quorum", what),
        flags=_flags(row, what),
        replicas=tuple(_peers(rows(raw.replicas), "SENTINEL REPLICAS")),
        sentinels=tuple(_peers(rows(raw.sentinels), "SENTINEL SENTINELS", identifier="runid")),
        quorum_answer=raw.quorum_answer.strip(),
    )


def _peers(found: Iterable[Mapping[str, str]], what: str, identifier: str = "") -> Iterator[KnownPeer]:
    for row in found:
        known_as = row.get(identifier, "")
        yield KnownPeer(_address(row, what), known_as, is_down=bool(_flags(row, what) & DOWN))


def _flags(row: Mapping[str, str], what: str) -> frozenset[str]:
    return frozenset(_text(row, "flags", what).split(","))


def _history(information: Mapping[str, str], field: str) -> str:
    found = information.get(field, "")
    return "" if found == NO_HISTORY else found


def _keyspaces(information: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the fields of each database that has keys: `db0:keys=1,expires=0,avg_ttl=0`."""
    yield from (_fields(value) for name, value in information.items() if re.fullmatch(r"db\d+", name))


def _connected_replicas(information: Mapping[str, str]) -> Iterator[ConnectedReplica]:
    """Yield the replicas of a primary: `slave0:ip=10.0.0.2,port=6379,state=online,offset=120,lag=0`."""
    for name, value in information.items():
        if re.fullmatch(r"slave\d+", name):
            fields = _fields(value)
            offset, lag = (_number(fields, field, name) for field in ("offset", "lag"))
            yield ConnectedReplica(_address(fields, name), _text(fields, "state", name), offset, lag)


def _fields(value: str) -> dict[str, str]:
    pairs = (field.partition("=") for field in value.split(","))
    return {name: text for name, _, text in pairs}


def _address(row: Mapping[str, str], what: str, host: str = "ip", port: str = "port") -> Address:
    return Address.of(_text(row, host, what), _text(row, port, what))


def _text(row: Mapping[str, str], field: str, what: str) -> str:
    if field not in row:
        raise UnreadableAnswerError(f"{what}: expected the field {field}, found none")
    return row[field]


def _number(row: Mapping[str, str], field: str, what: str) -> int:
    text = _text(row, field, what)
    try:
        return int(text)
    except ValueError:
        raise UnreadableAnswerError(f"{what}: expected a number as {field}, found {text!r}") from None
