"""Which earlier configuration a host returns to."""

from collections.abc import Sequence

from memurai.config import Document
from memurai.config.damage import mended
from memurai.config.membership import is_member, with_role
from memurai.config.passwords import with_password, with_password_for_primary
from memurai.endpoint import Endpoint
from memurai.options import ROLLBACK_TO
from winfra.secrets import hidden

PREVIOUS = "previous"
ACL_FILE = ("aclfile",)


def choose(names: Sequence[str], wanted: str | None) -> tuple[str | None, list[str]]:
    """Return the name that is wanted, and what there is to say when there is none.

    names: the newest first. wanted: one of them, `previous` for the newest, or None to be told what there is.
    """
    if wanted is None:
        return None, [
            f"add --data {ROLLBACK_TO}=NAME (or {PREVIOUS}, the first) to return to one of these:",
            *listed(names),
        ]
    chosen = next((name for name in names if wanted in {name, name.removesuffix(".conf")}), None)
    if wanted == PREVIOUS and names:
        chosen = names[0]
    if chosen is None:
        return None, [
            f"{ROLLBACK_TO}: expected one of these earlier configurations, found {wanted!r}:",
            *listed(names),
        ]
    return chosen, []


def with_present_password(present: Document | None, earlier: Document) -> Document:
    """Return an earlier configuration, where users have an ACL file with the present password of the administrator.

    Of a set's member also with that of the replicas' user. The users and their passwords are no part of a
    configuration's history: a former password would be refused.
    Raises ConfigSyntaxError at a line of the present one that a server would refuse and that the earlier one does not
    replace.
    """
    if present is None or not all(ACL_FILE in document.values for document in (present, earlier)):
        return earlier
    document = mended(present, earlier, keep_foreign=False).document
    returned = with_password(earlier, Endpoint.of(document).password)
    given = document.words.get("masterauth", "")
    return with_password_for_primary(returned, hidden(given)) if given else returned


def membership_problem(present: Document | None, earlier: Document) -> str | None:
    """Return why a host can't return to a configuration of before it became, or ceased to be, a member of a set."""
    if present is None or is_member(present) == is_member(earlier):
        return None
    then, now = ("a set's member", "not one") if is_member(earlier) else ("a server of its own", "a set's member")
    return f"expected one of the same kind, found one of {then}, while the host is {now}: change memurai_replication"


def with_present_role(present: Document | None, earlier: Document) -> Document:
    """Return an earlier configuration of a set's member with the role that its Sentinels have given it since."""
    return earlier if present is None or not is_member(earlier) else with_role(earlier, present)


def listed(names: Sequence[str]) -> list[str]:
    """Return the names as lines for people."""
    return [f"  {name}" for name in names] or ["  (none: the configuration was never changed)"]
