"""Sets in memory that members can be taken out of, cut off from, and made to say something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from memurai.topology import (
    Absent,
    Address,
    ConnectedReplica,
    Evidence,
    KnownPeer,
    Member,
    MemberAnswers,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    View,
    WantedSet,
)

SET = "main"
HISTORY = "a" * 40
OTHER_HISTORY = "b" * 40
SILENT = Silent("connection refused")


def member(number: int) -> Member:
    return Member(f"cache{number}", (f"10.0.0.{number}",))


def server_address(name: str) -> Address:
    return Address.of(f"10.0.0.{name.removeprefix('cache')}", 6379)


def sentinel_address(name: str) -> Address:
    return Address.of(f"10.0.0.{name.removeprefix('cache')}", 26379)


def sentinel_id(name: str) -> str:
    return f"id-of-{name}"


class PracticeSet:
    """A set of members cache1, cache2, ...; healthy, with data, and cache1 as its primary, until something is changed.

    servers, sentinels: what each member answers, to be changed.
    """

    def __init__(self, count: int = 3, primary: str = "cache1", epoch: int = 0) -> None:
        members = tuple(member(number) for number in range(1, count + 1))
        self.wanted = WantedSet(SET, members, "cache1", count // 2 + 1)
        self.names = [one.name for one in members]
        self.servers: dict[str, ServerAnswer | Silent | Absent] = {}
        self.sentinels: dict[str, SentinelAnswer | Silent | Absent] = {}
        self.serve(primary)
        for name in self.names:
            self.name(name, primary, epoch)

    def serve(self, primary: str, servers: Sequence[str] = ()) -> None:
        """Let one server be the primary, and others (all that there are, by default) its replicas in sync."""
        replicas = [name for name in servers or self.names if name != primary]
        listed = tuple(ConnectedReplica(server_address(name), "online", 100, 0) for name in replicas)
        self.servers[primary] = ServerAnswer(f"run-{primary}", HISTORY, keys=5, offset=100, replicas=listed)
        for name in replicas:
            self.servers[name] = self.replica(name, primary)

    def replica(self, name: str, primary: str) -> ServerAnswer:
        """A replica that has all data of a primary."""
        return ServerAnswer(
            f"run-{name}", HISTORY, keys=5, offset=100, primary=server_address(primary), is_link_up=True
        )

    def name(self, sentinel: str, primary: str, epoch: int, *flags: str) -> None:
        """Let a Sentinel name a primary, and know all members."""
        view = View(
            server_address(primary),
            epoch,
            self.wanted.quorum,
            frozenset({"master", *flags}),
            tuple(KnownPeer(server_address(name)) for name in self.names if name != primary),
            tuple(KnownPeer(sentinel_address(name), sentinel_id(name)) for name in self.names if name != sentinel),
            "OK 3 usable Sentinels. Quorum and failover authorization can be reached",
        )
        self.sentinels[sentinel] = SentinelAnswer(sentinel_id(sentinel), view)

    def watch_nothing(self, *names: str) -> None:
        """Let Sentinels (all, by default) answer, and watch no set."""
        for name in names or self.names:
            self.sentinels[name] = SentinelAnswer(sentinel_id(name))

    def lone(self, name: str, keys: int = 0, history: str = "") -> None:
        """Let a server stand alone."""
        self.servers[name] = ServerAnswer(f"run-{name}", history or f"{name:0<40}", keys=keys)

    def change_server(self, name: str, **changes: object) -> None:
        """Let a server that answers say something else."""
        answer = self.servers[name]
        assert isinstance(answer, ServerAnswer)
        self.servers[name] = replace(answer, **changes)

    def change_view(self, name: str, **changes: object) -> None:
        """Let a Sentinel that watches the set say something else of it."""
        answer = self.sentinels[name]
        assert isinstance(answer, SentinelAnswer)
        assert answer.view is not None
        self.sentinels[name] = replace(answer, view=replace(answer.view, **changes))

    def hide(self, *names: str) -> None:
        """Let hosts not be reached."""
        for name in names:
            self.servers[name] = self.sentinels[name] = Silent("the host is not reached")

    @property
    def evidence(self) -> Evidence:
        """All of it."""
        return evidence_of(self.wanted, self.servers, self.sentinels)


def evidence_of(
    wanted: WantedSet,
    servers: Mapping[str, ServerAnswer | Silent | Absent],
    sentinels: Mapping[str, SentinelAnswer | Silent | Absent],
) -> Evidence:
    """What members answer, as evidence."""
    return Evidence(wanted, tuple(MemberAnswers(name, servers[name], sentinels[name]) for name in servers))


def new_set(count: int = 3) -> PracticeSet:
    """A set on hosts that have nothing yet."""
    practice = PracticeSet(count)
    for name in practice.names:
        practice.servers[name] = practice.sentinels[name] = Absent()
    return practice
