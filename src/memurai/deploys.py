"""Operations that are made one after the other for one thing, as tasks do it."""

from collections.abc import Sequence
from dataclasses import astuple

from memurai import folders
from memurai.changes.sentinel import MODE
from memurai.operations import sentinel as operations
from memurai.operations import server
from memurai.rendering import sentinel as rendering
from memurai.sentinel import Sentinel
from memurai.settings import Settings, credentials
from memurai.topology import Address
from winfra.operations import files, firewall, services

MILLISECONDS = 1000
RESTORE_MILLISECONDS = 2 * 60 * 60 * MILLISECONDS


def sentinel(settings: Settings, primary: Address, others: Sequence[str]) -> None:
    """Run a Sentinel beside a member's server, as a service of its own, and let the others of its set reach it.

    primary: that the set has now; a Sentinel that watches the set already keeps its own. others: IP addresses of the
    set's other members.
    Raises jinja2.TemplateError when the template asks for something that is not there.
    """
    here, secrets = Sentinel.of(settings), credentials.resolve(settings)
    configured_sentinel("Sentinel's configuration", settings, primary)
    _service(settings, here)
    assert secrets.sentinel is not None  # noqa: S101  # of a member
    server.answering(
        name="Sentinel answers",
        service=here.service,
        server=here.server(secrets.sentinel),
        timeout_seconds=here.timeout_seconds,
        expected=MODE,
    )
    firewall.rule(
        name="Sentinel's firewall rule",
        rule=here.firewall_rule,
        present=settings.network.is_remote,
        display_name=f"{settings.service.display_name} Sentinel (TCP {here.port}, the set and named clients)",
        local_ports=[here.port],
        remote_addresses=list(dict.fromkeys((*others, *settings.network.allowed_addresses))),
    )


def configured_sentinel(name: str, settings: Settings, primary: Address) -> None:
    """Give a Sentinel the configuration of some settings.

    name: of the operation. primary: as for `sentinel`.
    """
    operations.applied(
        name=name,
        sentinel=Sentinel.of(settings),
        desired=rendering.rendered(settings, credentials.resolve(settings), primary),
        secret_keys=rendering.secret_keys(settings),
    )


def patient(settings: Settings) -> Settings:
    """Return the settings of a member whose Sentinel lets its primary be down for as long as a restore may take."""
    more = {"down_after_milliseconds": RESTORE_MILLISECONDS}
    return settings.model_copy(update={"replication": settings.replication.model_copy(update=more)})


def no_sentinel(here: Sentinel) -> None:
    """Remove the Sentinel beside a server: its service last, by which a later run finds what is left to do.

    What it remembers stays in its folder.
    """
    firewall.rule(name="No firewall rule: Sentinel", rule=here.firewall_rule, present=False)
    services.service(
        name="No service: Sentinel",
        service=here.service,
        present=False,
        program=here.program,
        timeout_seconds=here.timeout_seconds,
    )


def forgotten_sentinel(here: Sentinel) -> None:
    """Remove the Sentinel beside a server that leaves its set, and what it remembers."""
    services.service(
        name="Sentinel is stopped",
        service=here.service,
        program=here.program,
        running=False,
        timeout_seconds=here.timeout_seconds,
    )
    files.cleared(name="No folder: sentinel", path=here.folder, names=folders.SENTINEL_NAMES)
    no_sentinel(here)


def _service(settings: Settings, here: Sentinel) -> None:
    service = settings.service
    # A restart loses nothing: what a Sentinel knows stands in its file.
    services.service(
        name="Sentinel's service",
        service=here.service,
        program=here.program,
        image_path=here.image_path,
        display_name=f"{service.display_name} Sentinel",
        description="Watches a set of servers and changes their roles. Managed by pyinfra (memurai-production).",
        account=here.account,
        start_type="Automatic",
        recovery=services.Recovery(
            reset_seconds=service.recovery_reset_seconds,
            restart_delays_milliseconds=tuple(delay * MILLISECONDS for delay in service.recovery_delays_seconds),
        ),
        running=True,
        # It reads these at its start only.
        restart_after=astuple(here.tls) if here.tls is not None else (),
        timeout_seconds=here.timeout_seconds,
    )
