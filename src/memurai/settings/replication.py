"""A member of a set: the address by which the others know it, and what does not fit a member.

How Sentinel changes roles: https://github.com/redis/redis/blob/7.2/src/sentinel.c sentinelSendSlaveOf().
"""

from collections.abc import Iterator
from ipaddress import ip_address

from memurai.config.directives import current_name
from memurai.settings.groups import (
    ExtraSettings,
    NetworkSettings,
    PersistenceSettings,
    ReplicationSettings,
    SecuritySettings,
    UsersSettings,
)
from memurai.settings.values import OWN_ADDRESSES, WILDCARD_ADDRESSES

RULES = (
    (
        "With `memurai_replication.enabled`, `memurai_replication.first_primary` is named, and the server listens "
        "where the other members reach it: not at 127.0.0.1 and ::1 alone."
    ),
    (
        "With it, `memurai_security.renamed_commands` has neither REPLICAOF nor SLAVEOF, and does not disable CONFIG: "
        "Sentinel changes roles by them. It is told a secret new name of CONFIG."
    ),
    "With it and `memurai_users.enabled`, `memurai_users.sentinel` and `memurai_users.replica` are named.",
    (
        "With it, the server keeps its data (`memurai_persistence`): a primary that starts without data empties its "
        "replicas."
    ),
    "With it, `memurai_extra.directives` has none that is written for members of a set.",
)
# By which Sentinel, and the deploy, change roles. CONFIG may have a new name, which Sentinel is told.
ROLE_COMMANDS = ("REPLICAOF", "SLAVEOF")
# The setting that each directive of a member is written from, beside masterauth, which `memurai_extra` never has.
DIRECTIVES = {
    "bind-source-addr": "memurai_replication.address",
    "masteruser": "memurai_users.replica",
    "min-replicas-max-lag": "memurai_replication.min_replicas_max_lag",
    "min-replicas-to-write": "memurai_replication.min_replicas_to_write",
    "replica-announce-ip": "memurai_replication.address",
    "replica-announce-port": "memurai_network.port",
    "replica-priority": "memurai_replication.replica_priority",
    "tls-replication": "memurai_tls.enabled",
}
BECAUSE = "because memurai_replication.enabled is on"


def announced_address(replication: ReplicationSettings, network: NetworkSettings) -> str | None:
    """Return the address or name by which a member makes itself known; None when it listens at none that could be."""
    if replication.address:
        return replication.address
    own = {*OWN_ADDRESSES, *WILDCARD_ADDRESSES}
    reachable = [address for address in network.addresses if address not in own]
    return min(reachable, key=lambda address: ip_address(address).is_loopback, default=None)


def member_problems(replication: ReplicationSettings, network: NetworkSettings) -> Iterator[str]:
    """Yield a set without a beginning, and a member that the others can't reach."""
    if not replication.enabled:
        return
    if replication.first_primary is None:
        yield (
            "memurai_replication.first_primary: expected the inventory's name of the member that is the primary when "
            "the set is made, found none"
        )
    announced = announced_address(replication, network)
    if announced is None:
        yield (
            f"memurai_replication.address: expected an address at which the other members reach this host, found none, "
            f"and none in memurai_network.bind {list(network.bind)}; let the server listen at one, or name it here"
        )
    elif not network.is_remote and announced not in network.addresses:
        yield (
            f"memurai_network.bind: expected an address at which the other members reach this host, {BECAUSE} and it "
            f"makes itself known as {announced}, found {list(network.bind)}"
        )


def command_problems(replication: ReplicationSettings, security: SecuritySettings) -> Iterator[str]:
    """Yield commands without which no Sentinel can change roles."""
    if not replication.enabled:
        return
    renamed = security.renamed_commands
    for command in ROLE_COMMANDS:
        if command in renamed:
            yield (
                f"memurai_security.renamed_commands.{command}: expected the command by its own name, {BECAUSE} and "
                "roles are changed by it, found it disabled or renamed; leave it out"
            )
    if "CONFIG" in renamed and not renamed["CONFIG"].get_secret_value():
        yield (
            f"memurai_security.renamed_commands.CONFIG: expected the command, or a secret new name of it, {BECAUSE} "
            "and Sentinel sends it at every change of roles, found it disabled"
        )


def member_user_problems(replication: ReplicationSettings, users: UsersSettings) -> Iterator[str]:
    """Yield users that a member with users has not."""
    if not (replication.enabled and users.enabled):
        return
    for role, name in (("sentinel", users.sentinel), ("replica", users.replica)):
        if name is None:
            yield f'memurai_users.{role}: expected a name, {BECAUSE}, found none; write "{role}"'


def durability_problems(replication: ReplicationSettings, persistence: PersistenceSettings) -> Iterator[str]:
    """Yield a member that keeps no data: restarted as the primary, it empties its replicas.

    https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ "Safety of replication when master has
    persistence turned off"
    """
    if replication.enabled and not (persistence.appendonly or persistence.save):
        yield (
            f"memurai_persistence.appendonly: expected True, or save points in memurai_persistence.save, {BECAUSE}: a "
            "primary that starts without data empties its replicas, found neither"
        )


def directive_problems(replication: ReplicationSettings, extra: ExtraSettings) -> Iterator[str]:
    """Yield directives that a member has from settings."""
    names = [current_name(name) for name, *_ in extra.directives if replication.enabled]
    for name in names:
        if name in DIRECTIVES:
            yield (
                f"memurai_extra.directives.{name}: expected no directive that has a setting, {BECAUSE}, found one; "
                f"write {DIRECTIVES[name]}"
            )
