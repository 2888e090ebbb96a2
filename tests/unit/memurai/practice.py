"""Secrets of the tests, and a real Redis server."""

import subprocess
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

PASSWORD = "unit-test-password-0123456789"
CONFIG_COMMAND = "CONFIG_unit_test_0123456789"
START_SECONDS = 20
PAUSE_SECONDS = 0.05


class PracticeServer:
    """A redis-server that takes a folder named `C:` for its drive.

    mode: what stands behind the configuration on the command line: "--sentinel".
    """

    def __init__(self, root: Path, configuration: str, client: redis.Redis, mode: tuple[str, ...] = ()) -> None:
        self.root = root
        self.mode = mode
        self.configuration = configuration
        self.client = client
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        arguments = ["redis-server", self.configuration, *self.mode]
        self.process = subprocess.Popen(
            arguments, cwd=self.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.client.ping()

    def stop(self) -> None:
        """End it the way a service is stopped, saving its data, and wait for its end."""
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=START_SECONDS)
        self.client.close()


def patient_client(
    address: str, port: int, password: str | None, ca: Path | None = None, user: str | None = None
) -> redis.Redis:
    """Return a client that tries again while the server starts.

    ca: the authorities' certificates; given, the connection is encrypted.
    """
    retry = Retry(ConstantBackoff(PAUSE_SECONDS), int(START_SECONDS / PAUSE_SECONDS))
    encryption = {"ssl": True, "ssl_ca_certs": str(ca)} if ca else {}
    login = {"username": user or None, "password": password}
    return redis.Redis(host=address, port=port, **login, retry=retry, decode_responses=False, **encryption)
