"""The Sentinel beside a server: its service, and where its things stand."""

from dataclasses import dataclass

from memurai.instance import Instance, backslashes
from memurai.settings import Settings


@dataclass(frozen=True)
class Sentinel:
    """A Sentinel on a host, as the settings of the server beside it have it.

    service: of its own. folder: of all its things, in the server's base folder: it writes its configuration anew
    whenever it learns something. program: path of the server's program, which a Sentinel is too.
    """

    service: str
    folder: str
    program: str

    @classmethod
    def of(cls, settings: Settings) -> "Sentinel":
        """Return the Sentinel of some settings."""
        server = Instance.of(settings)
        return cls(f"{server.service}-Sentinel", f"{server.base}/sentinel", server.program)

    @property
    def configuration(self) -> str:
        """Path of its configuration, which is also what it remembers."""
        return f"{self.folder}/sentinel.conf"

    @property
    def log(self) -> str:
        """Path of its log."""
        return f"{self.folder}/sentinel.log"

    @property
    def image_path(self) -> str:
        """Command line of the service; https://docs.memurai.com/en/server-roles has the option."""
        program, configuration = backslashes(self.program), backslashes(self.configuration)
        return f'"{program}" --service-run --service-name {self.service} --sentinel "{configuration}"'
