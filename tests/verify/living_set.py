"""The set of a host: what its members answered at one moment, and how each of them is asked more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import pytest
from pyinfra.api import HiddenValue, Host

from memurai import members
from memurai.config.directives import SENSITIVE
from memurai.config.sentinel import SentinelDocument
from memurai.facts.server import PONG, Ping, RunningConfiguration
from memurai.sentinel import Sentinel
from memurai.server import Server
from memurai.settings import Settings, credentials
from memurai.topology import Evidence, SentinelAnswer, Situation, Verdict, View
from memurai.topology.findings import why_not_in_sync
from memurai.topology.majority import accepted_primary
from winfra.facts.files import TextFile
from winfra.secrets import hidden

# Directives that each member has its own of: addresses, ports, files, its part in the set. Passwords are compared by
# signing in.
OWN = (
    *("*announce*", "bind*", "*port", "unixsocket*"),
    *("aclfile", "dbfilename", "dir", "logfile", "pidfile", "*-file", "*-dir"),
    *("*-priority", "replicaof", "slaveof"),
    *SENSITIVE,
)


@dataclass(frozen=True)
class LivingSet:
    """A set whose primary is certain.

    hosts, settings: of its members, by name. evidence: what they answered. verdict: what was decided from that.
    """

    hosts: dict[str, Host]
    settings: dict[str, Settings]
    evidence: Evidence
    verdict: Verdict

    @classmethod
    def of(cls, member: Host) -> LivingSet:
        """Ask a set; raise TopologyError when it is not certain which member is its primary, or nobody watches it."""
        evidence, verdict = members.decided(member)
        if verdict.situation is not Situation.LIVING:
            raise evidence.refusal("a set that its Sentinels watch", verdict.situation.value, "Deploy it first.")
        settings = members.members(member)
        hosts = {members.name_of(host): host for host in member.inventory}
        return cls({name: hosts[name] for name in settings}, settings, evidence, verdict)

    @property
    def primary(self) -> str:
        """Name of the member that is the primary."""
        return self.verdict.primary

    def why_not_in_sync(self, name: str) -> str:
        """Return why a member is neither the primary nor a replica with all its data; empty when it is."""
        return "" if name == self.primary else why_not_in_sync(self.evidence, accepted_primary(self.evidence), name)

    def sentinel(self, name: str) -> tuple[SentinelAnswer, View]:
        """Return what a member's Sentinel said of itself and of the set; fail the check when it said nothing of it."""
        answer = self.evidence.sentinel(name)
        if isinstance(answer, SentinelAnswer) and answer.view is not None:
            return answer, answer.view
        pytest.fail(f"expected a Sentinel of {name} that watches the set, found: {answer}", pytrace=False)

    def unreached(self, name: str) -> list[str]:
        """Return which servers and other Sentinels of the inventory a member's Sentinel does not know or reach."""
        view, wanted = self.sentinel(name)[1], self.evidence.wanted
        servers = [peer.address for peer in view.replicas if not peer.is_down]
        servers += [] if view.sees_primary_down else [view.primary]
        sentinels = [peer.address for peer in view.sentinels if not peer.is_down]
        return [
            *(f"the server of {one.name}" for one in wanted.servers if not any(map(one.has_server_at, servers))),
            *(
                f"the Sentinel of {one.name}"
                for one in wanted.sentinels
                if one.name != name and not any(map(one.has_sentinel_at, sentinels))
            ),
        ]

    def need_all(self) -> None:
        """Skip what is about all members while some of them do not answer, which is told at those."""
        evidence = self.evidence
        silent = {one.name for one in evidence.wanted.servers} - set(evidence.answering_servers)
        silent |= {one.name for one in evidence.wanted.sentinels} - set(evidence.answering_sentinels)
        if silent:
            pytest.skip(f"not all of {', '.join(sorted(silent))} answers: see the failures there")

    def running(self, name: str) -> dict[str, str]:
        """Return the values that a member's server runs with, without its own and without passwords."""
        return {key: value for key, value in self._running(name).items() if not is_own(key)}

    def given_to_primary(self, name: str) -> tuple[str, HiddenValue]:
        """Return the user and the password that a member's server gives the primary when it follows one."""
        values = self._running(name)
        return values.get("masteruser", ""), hidden(values.get("masterauth", ""))

    def given_to_servers(self, name: str) -> tuple[str, HiddenValue]:
        """Return the user and the password that a member's Sentinel gives the servers, by its file."""
        set_name = self.evidence.wanted.name
        return self._in_file(name, "auth-user", set_name), hidden(self._in_file(name, "auth-pass", set_name))

    def given_to_sentinels(self, name: str) -> HiddenValue:
        """Return the password that a member's Sentinel gives the others, by its file."""
        return hidden(self._in_file(name, "sentinel-pass"))

    def refusing_server(self, user: str, password: HiddenValue) -> str | None:
        """Return the first member whose server does not take a password; no other is asked after a refusal."""
        return self._refusing({name: members.server(host).server for name, host in self.hosts.items()}, user, password)

    def refusing_sentinel(self, password: HiddenValue) -> str | None:
        """Return the first member whose Sentinel does not take a password, likewise."""
        return self._refusing({name: members.sentinel(host).server for name, host in self.hosts.items()}, "", password)

    def _refusing(self, servers: dict[str, Server], user: str, password: HiddenValue) -> str | None:
        for name, server in servers.items():
            given = replace(server, user=user, password=password)
            if self.hosts[name].get_fact(Ping, server=given) != PONG:
                return name
        return None

    def _running(self, name: str) -> dict[str, str]:
        config = credentials.resolve(self.settings[name]).renamed_commands.get("CONFIG", hidden("CONFIG"))
        server = members.server(self.hosts[name]).server
        values = self.hosts[name].get_fact(RunningConfiguration, server=server, config_command=config)
        if not values:
            pytest.fail(f"expected the server of {name} to answer CONFIG GET, found no answer", pytrace=False)
        return dict(values)

    def _in_file(self, name: str, *option: str) -> str:
        path = Sentinel.of(self.settings[name]).configuration
        file = self.hosts[name].get_fact(TextFile, path=path)
        found = SentinelDocument.of(file["content"] or "").values.get(("sentinel", *option))
        return found[0][0] if found else ""


def is_own(directive: str) -> bool:
    """Whether a directive is one that each member has its own of, or a secret."""
    return any(fnmatchcase(directive, pattern) for pattern in OWN)
