"""A real set, asked by redis-py: what is decided before its primary is killed, meanwhile, and after that is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from practice_server import PracticeServer, wait_until
from redis.backoff import NoBackoff
from redis.retry import Retry
from sentinel_set import QUORUM, SERVICE, SentinelSet

from memurai.exceptions import TopologyError, UnsettledTopologyError
from memurai.facts.server import parse_info
from memurai.topology import (
    Action,
    Evidence,
    Kind,
    Member,
    MemberAnswers,
    Phase,
    RawSentinelAnswers,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    Situation,
    Verdict,
    WantedSet,
    decide,
    may_go_on,
    phases,
    sentinel_answer,
    server_answer,
)

NAMES = ("cache1", "cache2", "cache3")
# How often Sentinels ask and tell each other, instead of every ten and two seconds. They leave an old primary that is
# back alone for four times the second.
PERIODS = ("info-period", "500", "publish-period", "1000")
DEADLINE_SECONDS = 60.0


class RealSet:
    """Three members, each a server and a Sentinel on ports of their own; cache1 is the first primary."""

    def __init__(self, folder: Path) -> None:
        self.processes = SentinelSet(folder, replicas=2)
        self.servers = dict(zip(NAMES, (self.processes.primary, *self.processes.replicas), strict=True))
        self.sentinels = dict(zip(NAMES, self.processes.sentinels, strict=True))
        members = tuple(
            Member(name, (server.host,), server.port, self.sentinels[name].port)
            for name, server in self.servers.items()
        )
        self.wanted = WantedSet(SERVICE, members, "cache1", QUORUM)

    @property
    def evidence(self) -> Evidence:
        """What all of them say now."""
        asked = (
            MemberAnswers(name, answer_of(server, ask_server), answer_of(self.sentinels[name], ask_sentinel))
            for name, server in self.servers.items()
        )
        return Evidence(self.wanted, tuple(asked))

    def verdict(self) -> Verdict | None:
        """What is certain now, None for nothing yet."""
        try:
            return decide(self.evidence)
        except UnsettledTopologyError:
            return None

    def wait_for(self, condition: Callable[[Verdict], object], what: str) -> Verdict:
        """Return the first verdict that is as expected; until then nothing may be refused for good."""
        return wait_until(lambda: (found := self.verdict()) and condition(found) and found, what, DEADLINE_SECONDS)


def answer_of(process: PracticeServer, ask: Callable[[redis.Redis], object]) -> object:
    """What a server or Sentinel says, or why it says nothing."""
    with process.plain_client(retry=Retry(NoBackoff(), 0), socket_timeout=5) as client:
        client.set_response_callback("INFO", parse_info)
        try:
            return ask(client)
        except redis.ConnectionError as error:
            return Silent(str(error))


def ask_server(client: redis.Redis) -> ServerAnswer:
    return server_answer(client.execute_command("INFO"))


def ask_sentinel(client: redis.Redis) -> SentinelAnswer:
    def ask(*words: str) -> object:
        return client.execute_command("SENTINEL", *words)

    raw = RawSentinelAnswers(ask("MYID"), client.execute_command("INFO"), ask("MASTERS"))
    if sentinel_answer(SERVICE, raw).view:
        try:
            quorum_answer = ask("CKQUORUM", SERVICE)
        except redis.ResponseError as error:
            quorum_answer = str(error)
        of_the_set = ask("REPLICAS", SERVICE), ask("SENTINELS", SERVICE), quorum_answer
        raw = RawSentinelAnswers(raw.identifier, raw.information, raw.masters, *of_the_set)
    return sentinel_answer(SERVICE, raw)


@pytest.fixture
def members(tmp_path: Path) -> Iterator[RealSet]:
    started = RealSet(tmp_path)
    try:
        started.processes.start()
        for sentinel in started.sentinels.values():
            with sentinel.plain_client() as client:
                client.execute_command("SENTINEL", "DEBUG", *PERIODS)
        with started.processes.primary.plain_client() as client:
            client.mset({f"key{number}": "value" for number in range(10)})
        yield started
    finally:
        started.processes.stop()


def refusal(members: RealSet) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        decide(members.evidence)
    return caught.value


def test_a_primary_is_killed_replaced_and_comes_back(members: RealSet) -> None:
    healthy = members.wait_for(lambda found: found.is_healthy, "a healthy set")
    assert (healthy.situation, healthy.primary, healthy.has_failed_over) == (Situation.LIVING, "cache1", False)
    assert phases(members.evidence, NAMES)[2:] == (Phase(Action.FAIL_OVER, "cache1"), Phase(Action.CHANGE, "cache1"))

    members.servers["cache1"].kill()
    error = refusal(members)
    assert isinstance(error, UnsettledTopologyError)
    assert "cache1: its server does not answer" in str(error)

    failed_over = members.wait_for(
        lambda found: {finding.subject for finding in found.findings} == {"cache1"},
        "another primary, all but one whole",
    )
    assert (failed_over.primary != "cache1", failed_over.has_failed_over, failed_over.epoch > 0) == (True, True, True)
    (other,) = set(NAMES) - {"cache1", failed_over.primary}
    assert any("cache1" in reason for reason in may_go_on(Phase(Action.CHANGE, other), members.evidence))
    assert may_go_on(Phase(Action.CHANGE, "cache1"), members.evidence) == ()

    members.servers["cache1"].start()  # as an empty primary: it has kept nothing
    back = members.wait_for(lambda found: not found.subjects(Kind.SILENT_SERVER), "an old primary that is back")
    assert (back.primary, back.subjects(Kind.RETURNING_SERVER)) == (failed_over.primary, ("cache1",))
    whole = members.wait_for(lambda found: found.is_healthy, "a set that is healthy again")
    assert (whole.primary, whole.has_failed_over) == (failed_over.primary, True)
    assert may_go_on(Phase(Action.CHANGE, "cache1"), members.evidence) == ()

    _sentinels_forget_the_set(members, whole.primary)


def _sentinels_forget_the_set(members: RealSet, primary: str) -> None:
    """What an operator is told to do when the majority is lost for ever leads to a new beginning."""
    members.sentinels["cache2"].kill()
    members.sentinels["cache3"].kill()
    error = refusal(members)
    assert (error.found, "SENTINEL REMOVE" in error.advice) == (f"1 for {primary}", True)
    for name in ("cache2", "cache3"):
        members.sentinels[name].start()
    for sentinel in members.sentinels.values():
        with sentinel.plain_client() as client:
            client.execute_command("SENTINEL", "REMOVE", SERVICE)
    assert f"Name {primary} as the set's first primary" in refusal(members).advice
    members.wanted = replace(members.wanted, primary=primary)
    assert decide(members.evidence) == Verdict(Situation.STANDALONE, primary)
