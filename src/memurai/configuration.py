"""What the template of the configuration is given, and which of its lines are secret."""

from pyinfra.api import HiddenValue

from memurai import config, extras, layout
from memurai.credentials import Credentials
from memurai.operations.server import Unwanted
from memurai.settings import Settings
from winfra.operations.files import render
from winfra.secrets import hidden

TEMPLATE = "templates/memurai.conf.j2"


def template_data(settings: Settings, credentials: Credentials) -> dict[str, object]:
    """Return the template's variables: the settings, the secrets, and the words of the configuration language."""
    return {
        "settings": settings,
        "users_file": layout.users_file(settings),
        "open_ports": layout.open_ports(settings),
        "tls_files": layout.tls_files(settings),
        "password": credentials.password,
        "renamed_commands": dict(credentials.renamed_commands),
        "quote": config.quote,
        "format_size": config.format_size,
        "flag": config.flag,
        "extra_comment": lambda names: extras.comment(list(names)),
    }


def rendered(settings: Settings, credentials: Credentials) -> HiddenValue:
    """Return the whole configuration; hidden, as it holds the password.

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
        "user default",
        *(f"rename-command {name}" for name, source in renamed.items() if source.get_secret_value()),
    )


DEVELOPER_EDITION = Unwanted(
    "memurai_edition",
    "Developer",
    "this edition may not be used in production and stops by itself after ten days, without saving. Name an Enterprise "
    'licence by memurai_package["license_file"], or set memurai_package["allow_developer_edition"] = True.',
)


def unwanted_info(settings: Settings, *, is_production: bool) -> tuple[Unwanted, ...]:
    """Return what INFO must not say of a server. A Redis, which says nothing of an edition, is fine."""
    return (DEVELOPER_EDITION,) if is_production and not settings.package.allow_developer_edition else ()


def expected_info(settings: Settings) -> dict[str, str]:
    """Return what INFO says of a standalone server that runs with these settings."""
    return {
        "loading": "0",
        "role": "master",
        "aof_enabled": str(int(settings.persistence.appendonly)),
        # A server that the system gives fewer handles lowers this by itself, and every later deploy fails to raise it.
        "maxclients": str(settings.security.maxclients),
        "maxmemory": str(settings.memory.maxmemory),
        "maxmemory_policy": settings.memory.policy,
    }
