"""What a member of a set answers: its server and its Sentinel, asked on their host in one request."""

from dataclasses import dataclass
from typing import NamedTuple, cast

from typing_extensions import override

from memurai.exceptions import UnreadableAnswerError
from memurai.facts.server import Answered, answered, command_call, parse_info
from memurai.server import Server
from memurai.topology import (
    Absent,
    MemberAnswers,
    RawSentinelAnswers,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    sentinel_answer,
    server_answer,
)
from winfra.call import PowerShellBatch, PowerShellCall
from winfra.facts.base import PowerShellFact
from winfra.facts.services import Service, ServiceState
from winfra.facts.together import TogetherAnswer, TogetherState

RUNNING = "Running"


@dataclass(frozen=True)
class Part:
    """A server or a Sentinel on a host.

    service: of it. server: how it is reached from its host.
    """

    service: str
    server: Server


class PartAnswers(NamedTuple):
    """What a server or a Sentinel was asked.

    service: of it; None when that could not be read. answers: to its commands, in their order.
    """

    service: ServiceState | None
    answers: list[Answered]


class SetMember(PowerShellFact[tuple[PartAnswers, PartAnswers]]):
    """Ask a member's server and its Sentinel all that a set is decided from; `member_answers` reads it.

    set_name: the set's name. server, sentinel: whom to ask.
    """

    shape = TogetherState

    def command(self, set_name: str, server: Part, sentinel: Part) -> PowerShellCall:
        """Return the call."""
        questions = (
            *(("SENTINEL", "MYID"), ("INFO",), ("SENTINEL", "MASTERS")),
            *(("SENTINEL", word, set_name) for word in ("REPLICAS", "SENTINELS", "CKQUORUM")),
        )
        return PowerShellBatch(
            [
                Service().command(service=server.service),
                command_call(server.server, "INFO", reads=True),
                Service().command(service=sentinel.service),
                *(command_call(sentinel.server, *words, reads=True) for words in questions),
            ]
        )

    @override
    def process(self, output: list[str]) -> tuple[PartAnswers, PartAnswers]:
        found = cast("TogetherState", super().process(output))["answers"]
        return _part(found[:2]), _part(found[2:])


def member_answers(name: str, set_name: str, found: tuple[PartAnswers, PartAnswers]) -> MemberAnswers:
    """Return what a member answered.

    name: its name. set_name: the set's. found: as `SetMember` reads it.
    """
    server, sentinel = found
    return MemberAnswers(name, _server(server), _sentinel(set_name, sentinel))


def _part(found: list[TogetherAnswer]) -> PartAnswers:
    service, *answers = found
    return PartAnswers(cast("ServiceState | None", service["answer"]), [_answered(item) for item in answers])


def _answered(item: TogetherAnswer) -> Answered:
    # The answer has the shape of a command's: the library's function makes no other.
    return answered(item["answer"]) if item["answer"] else Answered(None, item["problem"] or "no answer")  # type: ignore[arg-type]


def _server(found: PartAnswers) -> ServerAnswer | Silent | Absent:
    (information,) = found.answers
    if information.text is None:
        return _not_answering(found)
    try:
        return server_answer(parse_info(information.text))
    except UnreadableAnswerError as error:
        return Silent(str(error))


def _sentinel(set_name: str, found: PartAnswers) -> SentinelAnswer | Silent | Absent:
    identifier, information, masters, replicas, sentinels, quorum = found.answers
    if identifier.text is None or information.text is None or masters.text is None:
        return _not_answering(found)
    raw = RawSentinelAnswers(
        identifier.text,
        parse_info(information.text),
        masters.text,
        replicas.text or "",
        sentinels.text or "",
        quorum.text or quorum.reason,
    )
    try:
        return sentinel_answer(set_name, raw)
    except UnreadableAnswerError as error:
        return Silent(str(error))


def _not_answering(found: PartAnswers) -> Silent | Absent:
    """Return that a service is not there, or why what it runs does not answer."""
    if found.service is None:
        return Silent("its service could not be read")
    if not found.service["exists"]:
        return Absent()
    if found.service["state"] != RUNNING:
        return Silent(f"the service {found.service['name']} is {found.service['state']}")
    return Silent(next(answer.reason for answer in found.answers if answer.text is None))
