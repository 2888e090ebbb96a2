"""pyinfra's own command line, from a process that has imported all of it before.

Half of a short run's time goes into imports. They are done once: each run is a fork of the process that did them, which
then is as good as a new one, with the run's command line, working folder, environment and output. What signals end
is started anew by its tests.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PYINFRA = Path(sys.executable).parent / "pyinfra"
LONGEST_MESSAGE = 2**20
FILES_OF_A_RUN = 3
IMPORTED = ("memurai", "winfra")


class WarmPyinfra:
    """Starts runs of pyinfra; a process of its own has imported it.

    run_process: the process id of the run that is under way, or was last.
    """

    def __init__(self) -> None:
        self.run_process = 0
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
    ) -> tuple[int, str, str]:
        """Run pyinfra; return its exit code and what it printed to standard output and standard error.

        arguments: of the command line. folder: in which it runs. environment: all of it. timeout: seconds, after which
        it is ended with a TimeoutError.
        """
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, os.fdopen(reading) as status:
            try:
                request = json.dumps({"arguments": arguments, "folder": str(folder), "environment": dict(environment)})
                files = [output.fileno(), errors.fileno(), writing]
                socket.send_fds(self._requests, [request.encode()], files)
            finally:
                os.close(writing)
            self.run_process = int(status.readline())
            exit_code = _awaited(status, self.run_process, timeout)
            return exit_code, _text(output), _text(errors)

    def close(self) -> None:
        """End the process."""
        self._requests.close()
        self._process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _awaited(status: IO[str], process: int, timeout: float) -> int:
    """Return the exit code, which comes on a line of its own."""
    ready, _, _ = select.select([status], [], [], timeout)
    if not ready:
        os.kill(process, signal.SIGKILL)
        raise TimeoutError(f"expected pyinfra to end within {timeout} s, found it running; it was ended")
    return int(status.readline())


def _import_all() -> None:
    for package in map(importlib.import_module, IMPORTED):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)


def _become_run(requests: socket.socket) -> None:
    """Fork for each request; return in the process that is to run it. The first one ends with the requests."""
    # Taken before pyinfra has gevent replace them: nothing of gevent may be at work in a process that forks.
    fork, wait = os.fork, os.waitpid
    importlib.import_module("pyinfra_cli.main")
    _import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _, _ = socket.recv_fds(requests, LONGEST_MESSAGE, FILES_OF_A_RUN)
        if not message:
            sys.exit()
        if fork() == 0:
            break
        for file in files:
            os.close(file)
    requests.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output, errors, status = files
    process = fork()
    if process:
        with os.fdopen(status, "w") as answer:
            print(process, file=answer, flush=True)
            _, ended = wait(process, 0)
            print(os.waitstatus_to_exitcode(ended), file=answer, flush=True)
        os._exit(0)
    _take_over(json.loads(message), output, errors)
    os.close(status)


def _take_over(request: Mapping[str, object], output: int, errors: int) -> None:
    for file, standard in ((output, 1), (errors, 2)):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    sys.argv = [str(PYINFRA), *request["arguments"]]  # type: ignore[misc]


if __name__ == "__main__":
    sys.path[0] = str(PYINFRA.parent)
    _become_run(socket.socket(fileno=int(sys.argv[1])))
    from pyinfra_cli.main import main

    sys.exit(main())
