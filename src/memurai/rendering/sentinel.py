"""What the template of a Sentinel's configuration is given, and which of its lines are secret."""

from pyinfra.api import HiddenValue

from memurai import config
from memurai.config.passwords import digest
from memurai.exceptions import MemuraiError
from memurai.instance import Instance
from memurai.sentinel import Sentinel
from memurai.settings import Settings
from memurai.settings.credentials import Credentials
from memurai.settings.values import is_ip_address
from memurai.topology import Address
from winfra.operations.files import render
from winfra.secrets import hidden

TEMPLATE = "templates/sentinel.conf.j2"


def template_data(settings: Settings, credentials: Credentials, primary: Address) -> dict[str, object]:
    """Return the template's variables.

    primary: as `rendered` takes it.
    """
    password = credentials.sentinel
    if password is None:
        raise MemuraiError("expected the settings of a set's member (memurai_replication.enabled), found another's")
    return {
        "settings": settings,
        "sentinel": Sentinel.of(settings),
        "tls_files": Instance.of(settings).tls_files,
        "password_digest": f"#{digest(password)}",
        "sentinel_password": password,
        "server_password": credentials.users.get("sentinel", credentials.password),
        "config_command": credentials.renamed_commands.get("CONFIG"),
        "by_name": not (is_ip_address(settings.announced_address) and is_ip_address(primary.host)),
        "primary": primary,
        "quote": config.quote,
    }


def rendered(settings: Settings, credentials: Credentials, primary: Address) -> HiddenValue:
    """Return the whole configuration of the Sentinel of a set's member; hidden, as it holds passwords.

    primary: that the set has now. A Sentinel that watches the set already keeps its own.
    Raises MemuraiError for the settings of a server that stands alone, and jinja2.TemplateError when the template asks
    for something that is not there.
    """
    text = render(TEMPLATE, template_data(settings, credentials, primary))
    # The line ends of Windows, whatever the template has.
    return hidden("\r\n".join(text.splitlines()) + "\r\n")


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """Return the first words of lines whose rest is a secret, also of a value that only the host still knows."""
    set_name = settings.replication.set_name
    return (
        "requirepass",
        "user default",
        "sentinel sentinel-pass",
        f"sentinel auth-pass {set_name}",
        f"sentinel rename-command {set_name} CONFIG",
    )
