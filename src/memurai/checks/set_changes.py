"""What can't be changed in a set that lives: the members that have it already would refuse those that don't."""

from collections.abc import Iterator

from pyinfra.api import Host

from memurai.config import Document
from memurai.config.membership import is_member
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.instance import Instance
from memurai.settings import Settings
from winfra.facts.files import TextFile


def problems(host: Host, settings: Settings) -> list[str]:
    """Return what a member's settings have otherwise than its set, and that no change one by one can bring."""
    here = Instance.of(settings)
    file = host.get_fact(TextFile, path=here.configuration) if settings.replication.enabled else None
    if file is None or file["content"] is None:
        return []
    try:
        document = Document.of(file["content"])
        return list(_differences(settings, Endpoint.of(document))) if is_member(document) else []
    except ConfigSyntaxError as error:
        return [here.line_problem(error)]


def _differences(settings: Settings, present: Endpoint) -> Iterator[str]:
    wanted = {"memurai_users": settings.users.enabled, "memurai_tls": settings.tls.enabled}
    found = {"memurai_users": bool(present.user), "memurai_tls": present.tls is not None}
    for group, enabled in wanted.items():
        if enabled != found[group]:
            yield (
                f"{group}.enabled: expected {found[group]}, as the set {settings.replication.set_name} has it, found "
                f"{enabled}: a member that changes it first would be refused by the others. Nothing was changed. End "
                "the set (memurai_replication.enabled = False on all its hosts, deploy), then deploy with both."
            )
