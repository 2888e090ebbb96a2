"""What is wanted of a set, and what each of its members answers: all that `decide` goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from memurai.topology.addresses import Address, plain_host

# Flags by which a Sentinel says that it can't reach something.
DOWN = frozenset({"s_down", "o_down", "disconnected"})


@dataclass(frozen=True)
class Member:
    """A host of the inventory that has a server of the set, a Sentinel, or both.

    name: in the inventory. hosts: every form in which others may name the host, first the announced one: addresses and
    names. port, sentinel_port: announced ones of the server and of the Sentinel, None where there shall be none.
    """

    name: str
    hosts: tuple[str, ...]
    port: int | None = 6379
    sentinel_port: int | None = 26379

    @property
    def server(self) -> Address | None:
        """The announced address of the server."""
        return None if self.port is None else Address.of(self.hosts[0], self.port)

    def addresses(self, port: int | None) -> list[str]:
        """Return all forms of the address of a port, as text, each once."""
        return [] if port is None else sorted({str(Address.of(host, port)) for host in self.hosts})

    def has_server_at(self, address: Address) -> bool:
        """Whether an address is that of this member's server, in whatever form."""
        return self.port == address.port and self._is_host(address.host)

    def has_sentinel_at(self, address: Address) -> bool:
        """Whether an address is that of this member's Sentinel, in whatever form."""
        return self.sentinel_port == address.port and self._is_host(address.host)

    def _is_host(self, host: str) -> bool:
        return plain_host(host) in {plain_host(own) for own in self.hosts}


@dataclass(frozen=True)
class WantedSet:
    """What the inventory says of a set.

    name: under which the Sentinels watch it. members: all of them. primary: name of the member that is the primary when
    the set is made, and of no meaning ever after. quorum: Sentinels that must see the primary down.
    min_replicas_to_write, min_replicas_max_lag: the servers' settings; the lag in seconds.
    """

    name: str
    members: tuple[Member, ...]
    primary: str
    quorum: int
    min_replicas_to_write: int = 0
    min_replicas_max_lag: int = 10

    @property
    def servers(self) -> tuple[Member, ...]:
        """The members that shall have a server, by name."""
        return tuple(sorted((one for one in self.members if one.port is not None), key=lambda one: one.name))

    @property
    def sentinels(self) -> tuple[Member, ...]:
        """The members that shall have a Sentinel, by name."""
        return tuple(sorted((one for one in self.members if one.sentinel_port is not None), key=lambda one: one.name))


@dataclass(frozen=True)
class ConnectedReplica:
    """A replica as its primary sees it.

    state: `online`, or a state before that. offset: up to which it has acknowledged. lag: seconds since it did.
    """

    address: Address
    state: str
    offset: int
    lag: int


@dataclass(frozen=True)
class ServerAnswer:
    """What a server says of itself.

    run_id: of its process. is_loading: it reads its data from disk. keys: of all databases. libraries: of functions.
    history, former_history: ids of the replication history that its data belong to, and of the one that this goes on
    from; empty for none. offset: how far its data are in it. replicas: those connected to it.
    primary: whose replica it is, None for a primary. is_link_up: whether it follows that primary.
    priority: the lowest is promoted first, 0 never.
    """

    run_id: str
    history: str
    former_history: str = ""
    is_loading: bool = False
    keys: int = 0
    libraries: int = 0
    offset: int = 0
    replicas: tuple[ConnectedReplica, ...] = ()
    primary: Address | None = None
    is_link_up: bool = False
    priority: int = 100

    @property
    def has_data(self) -> bool:
        """Whether something would be lost with it; what it is still reading counts."""
        return self.keys > 0 or self.libraries > 0 or self.is_loading

    @property
    def histories(self) -> frozenset[str]:
        """The histories that its data belong to."""
        return frozenset({self.history, self.former_history} - {""})


@dataclass(frozen=True)
class KnownPeer:
    """A replica or another Sentinel that a Sentinel knows.

    identifier: of a Sentinel, empty for a replica. is_down: whether this Sentinel can't reach it.
    """

    address: Address
    identifier: str = ""
    is_down: bool = False


@dataclass(frozen=True)
class View:
    """What a Sentinel says of one set.

    primary: whom it names. epoch: config-epoch of that; the higher one wins. flags: of the primary: `s_down`, `o_down`,
    `failover_in_progress` and others. quorum_answer: to CKQUORUM, `OK ...` or `NOQUORUM ...`.
    """

    primary: Address
    epoch: int
    quorum: int
    flags: frozenset[str] = frozenset()
    replicas: tuple[KnownPeer, ...] = ()
    sentinels: tuple[KnownPeer, ...] = ()
    quorum_answer: str = "OK"

    @property
    def sees_primary_down(self) -> bool:
        """Whether this Sentinel can't reach the primary."""
        return bool(self.flags & DOWN)

    @property
    def can_fail_over(self) -> bool:
        """Whether this Sentinel reaches enough others."""
        return self.quorum_answer.startswith("OK")


@dataclass(frozen=True)
class SentinelAnswer:
    """What a Sentinel says.

    identifier: its id. view: of the set in question, None when it watches no set of that name. others: the primaries of
    the sets of other names that it watches. is_tilted: it does not trust its clock and acts on nothing.
    """

    identifier: str
    view: View | None = None
    others: Mapping[str, Address] = field(default_factory=dict)
    is_tilted: bool = False


@dataclass(frozen=True)
class Silent:
    """A server or Sentinel that is there, or may be, and does not answer.

    reason: in words: the host is not reached, the service is stopped, the password is wrong.
    """

    reason: str


@dataclass(frozen=True)
class Absent:
    """A server or Sentinel that is certainly not there: the host was reached and has none."""


@dataclass(frozen=True)
class MemberAnswers:
    """What a member answered; `Absent` for what it shall not have either.

    name: in the inventory.
    """

    name: str
    server: ServerAnswer | Silent | Absent
    sentinel: SentinelAnswer | Silent | Absent


def not_reached(name: str, reason: str) -> MemberAnswers:
    """Return the answers of a member whose host can't be reached: nothing is known of it."""
    return MemberAnswers(name, Silent(reason), Silent(reason))
