"""What comes before a stop of a server that we cause: the stop itself saves nothing."""

from pyinfra.api.command import PyinfraCommand

from memurai.instance import Instance
from memurai.operations import server
from memurai.settings import Settings
from winfra.operations.shape import Commands


def saving(settings: Settings) -> Commands:
    """Return what makes the commands that have the server of the settings save.

    They are made when they are carried out: an operation before them may have given the server another password.
    """

    def save() -> list[PyinfraCommand]:
        return server.saving(
            settings.service.name,
            Instance.of(settings).configuration,
            Instance.of(settings).command_line_client,
            settings.service.ready_timeout_seconds,
        )

    return save
