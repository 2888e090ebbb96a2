"""What the template of the configuration is given, and which of its lines are secret."""

from pyinfra.api import HiddenValue

from memurai import config
from memurai.config import extras, membership
from memurai.instance import Instance
from memurai.settings import Settings
from memurai.settings.credentials import Credentials
from winfra.operations.files import render
from winfra.secrets import hidden

TEMPLATE = "templates/memurai.conf.j2"


def template_data(settings: Settings, credentials: Credentials) -> dict[str, object]:
    """Return the template's variables: the settings, the secrets, and the words of the configuration language."""
    here = Instance.of(settings)
    return {
        "settings": settings,
        "users_file": here.users_file,
        "open_ports": here.open_ports,
        "tls_files": here.tls_files,
        "password": credentials.password,
        "member_comment": membership.comment(),
        "replication_password": credentials.users.get("replica", credentials.password),
        "announced_port": here.port,
        "renamed_commands": dict(credentials.renamed_commands),
        "quote": config.quote,
        "format_size": config.format_size,
        "flag": config.flag,
        "extra_comment": lambda names: extras.comment(list(names)),
    }


def rendered(settings: Settings, credentials: Credentials) -> HiddenValue:
    """Return the whole configuration; hidden, as it holds the password.

    Whose replica a set's member is its server writes there itself; comparing and merging leave that alone.
    Raises jinja2.TemplateError when the template asks for something that is not there.
    """
    text = render(TEMPLATE, template_data(settings, credentials))
    # The line ends of Windows, whatever the template has.
    return hidden("\r\n".join(text.splitlines()) + "\r\n")


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """Return the first words of lines whose rest is a secret, also of a value that only the host still knows."""
    renamed = settings.security.renamed_commands
    return (
        "requirepass",
        "masterauth",
        "user default",
        *(f"rename-command {name}" for name, source in renamed.items() if source.get_secret_value()),
    )
