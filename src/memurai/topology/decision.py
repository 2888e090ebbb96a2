"""Which member is the primary of a set, and what is to be done about the others."""

from dataclasses import dataclass
from enum import Enum

from memurai.topology.beginning import check_beginning, data_holders, is_beginning
from memurai.topology.evidence import Evidence
from memurai.topology.findings import Finding, Kind, findings
from memurai.topology.identities import check_followed, check_identities
from memurai.topology.inventory import check
from memurai.topology.majority import Accepted, accepted_primary


class Situation(Enum):
    """How it is known which member is the primary."""

    BOOTSTRAP = "there are no data and no majority of Sentinels: the inventory's first primary"
    STANDALONE = "one server has data and no majority of Sentinels watches it: that server"
    LIVING = "the majority of the Sentinels accepts it"


@dataclass(frozen=True)
class Verdict:
    """What is certain about a set.

    primary: the member's name. epoch: the config-epoch under which it became the primary, 0 for the first one.
    has_failed_over: whether it is another one than the inventory's first primary, which is as good.
    findings: what is not as it should be, in a set that lives.
    """

    situation: Situation
    primary: str
    epoch: int = 0
    has_failed_over: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether the set lives and all members are as they should be."""
        return self.situation is Situation.LIVING and not self.findings

    def subjects(self, kind: Kind) -> tuple[str, ...]:
        """Return the members, or addresses, that there are findings of a kind about."""
        return tuple(finding.subject for finding in self.findings if finding.kind is kind)


def decide(evidence: Evidence) -> Verdict:
    """Return which member is the primary, as certain.

    Raises TopologyError where it is not, which says what was expected, what each member said and what to do; as
    UnsettledTopologyError when asking again is likely to give another answer.
    """
    check(evidence.wanted)
    check_identities(evidence)
    if is_beginning(evidence):
        check_beginning(evidence)
        situation = Situation.STANDALONE if data_holders(evidence) else Situation.BOOTSTRAP
        return Verdict(situation, evidence.wanted.primary)
    primary = accepted_primary(evidence)
    check_followed(evidence)
    _check_not_emptied(evidence, primary)
    has_failed_over = primary.member != evidence.wanted.primary
    return Verdict(Situation.LIVING, primary.member, primary.epoch, has_failed_over, findings(evidence, primary))


def _check_not_emptied(evidence: Evidence, primary: Accepted) -> None:
    """Raise when the primary came back without data while another member has them: its replicas would lose theirs."""
    if primary.answer.has_data:
        return
    for name, answer in evidence.answering_servers.items():
        if answer.keys > 0 and not answer.histories & primary.answer.histories:
            raise evidence.refusal(
                f"the set's data at {primary.member}, which the Sentinels' majority accepts as the primary",
                f"none there, and {answer.keys} keys at {name}",
                f"Stop {primary.member}, so that no replica loses its data to it and the Sentinels promote one; "
                f"make a backup at {name}; then run again.",
            )
