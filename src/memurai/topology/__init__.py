"""Which member of a set is its primary, decided from what its Sentinels and servers answer. No input or output.

- `addresses`: one form of each address.
- `facts`: what is wanted, and what each member answers.
- `answers`: raw answers to facts: `server_answer`, `sentinel_answer`.
- `evidence`: both side by side.
- `inventory`: whether what is wanted can be a set.
- `identities`: whether the members are different ones, and of this set.
- `majority`: whom the Sentinels' majority accepts.
- `beginning`: the first primary of a set that nobody watches yet.
- `findings`: what is not as it should be in a living set.
- `decision`: all of that: `decide`.
- `rolling`: the order of a change, and when it may go on: `phases`, `may_go_on`.

The inventory names the primary of the beginning only: whatever the Sentinels' majority accepts afterwards is as good.
Where that is not certain, a TopologyError says so, and nothing may be done to any member.
"""

from memurai.topology.addresses import Address
from memurai.topology.answers import RawSentinelAnswers, sentinel_answer, server_answer
from memurai.topology.decision import Situation, Verdict, decide
from memurai.topology.evidence import Evidence
from memurai.topology.facts import (
    Absent,
    ConnectedReplica,
    KnownPeer,
    Member,
    MemberAnswers,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    View,
    WantedSet,
    not_reached,
)
from memurai.topology.findings import Finding, Kind
from memurai.topology.inventory import one_set
from memurai.topology.rolling import Action, Phase, may_go_on, phases

__all__ = [
    "Absent",
    "Action",
    "Address",
    "ConnectedReplica",
    "Evidence",
    "Finding",
    "Kind",
    "KnownPeer",
    "Member",
    "MemberAnswers",
    "Phase",
    "RawSentinelAnswers",
    "SentinelAnswer",
    "ServerAnswer",
    "Silent",
    "Situation",
    "Verdict",
    "View",
    "WantedSet",
    "decide",
    "may_go_on",
    "not_reached",
    "one_set",
    "phases",
    "sentinel_answer",
    "server_answer",
]
