"""Twin of the function that tries a configuration: it starts the real server on it, as the library does."""

import re
import subprocess
import time
from typing import Any, NamedTuple

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.files import write_win_file
from winlab.twin.functions.memurai import ServerAccess, ask, is_open, told
from winlab.twin.functions.programs import Trial, require_empty, require_free_port, trial_server
from winlab.twin.functions.servers import safe
from winlab.twin.registry import NOT_EMPTY, TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_POLL_SECONDS = 0.05
_TAIL_LINES = 20


@twin(
    "Test-MemuraiConfiguration",
    "ElapsedMilliseconds",
    program_path=NOT_EMPTY,
    scratch_folder=NOT_EMPTY,
    timeout_seconds=TIMEOUT_SECONDS,
)
def try_memurai_configuration(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    program_path: str,
    content: SecretStr,
    arguments: list[str] = [],  # noqa: B006 - never changed; the library's default
    scratch_folder: str,
    server: dict[str, Any],
    timeout_seconds: int = 30,
) -> Output:
    """Fail when the real server does not start on a configuration."""
    started, access = time.monotonic(), ServerAccess.of(server)
    program, folder = machine.files.full_path(program_path), machine.files.full_path(scratch_folder)
    require_empty(machine, folder)
    require_free_port(machine, access.port)
    machine.files.make_directory(folder)
    try:
        file = write_win_file(machine, path=f"{folder}\\trial.conf", content=content)["Path"]
        found = run_trial(machine, Trial(program, file, arguments, folder), access, timeout_seconds)
        if found.reason is not None:
            text = safe(machine, "\n".join((found.reason, *found.last_lines(_TAIL_LINES))), [access.password])
            text = f"Expected the server to start on the new configuration, found that {text}"
            raise TwinError(f"{text}\nCorrect the configuration.")
    finally:
        machine.files.remove(folder, recurse=True)
    return {"ElapsedMilliseconds": int((time.monotonic() - started) * 1000)}


class Tried(NamedTuple):
    """What a trial came to: why it did not answer, None when it did; what INFO said, and what it printed."""

    reason: str | None
    information: str
    printed: str

    def last_lines(self, number: int) -> list[str]:
        """Return the last lines of what it printed."""
        return [line for line in self.printed.splitlines() if line][-number:]


def run_trial(machine: Machine, trial: Trial, access: ServerAccess, timeout_seconds: int) -> Tried:
    """Start a server besides its service, and end it (Invoke-MemuraiTrial)."""
    printed, information = machine.root / "output" / f"trial-{access.port}.txt", ""
    try:
        with trial_server(machine, trial, printed) as process:
            reason = _await_pong(machine, process, access, timeout_seconds)
            if reason is None:
                information = ask(machine, access, "INFO")["Output"]
        return Tried(reason, information, printed.read_text(errors="replace"))
    finally:
        printed.unlink(missing_ok=True)


def _await_pong(
    machine: Machine, process: subprocess.Popen[bytes], access: ServerAccess, timeout_seconds: int
) -> str | None:
    """Wait until a trial answers; return what happened instead."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        answer = ask(machine, access, "PING")
        text = told(answer)
        if process.poll() is not None:
            return _end_of(machine, process)
        if is_open(text):
            return f"it runs, but has not read this file: it asks for no password ({text})"
        if answer["Output"].strip() == "PONG":
            return None
        if re.search(r"NOAUTH|WRONGPASS|NOPERM|ERR ", text):
            return f"it runs but answered PING with: {text} (does the password belong to this configuration?)"
        if time.monotonic() > deadline:
            return f"it did not answer PONG within {timeout_seconds} s, but: {text}"
        machine.powershells.require_alive()
        time.sleep(_POLL_SECONDS)


def _end_of(machine: Machine, process: subprocess.Popen[bytes]) -> str:
    # What goes to the background ends well; what could not load its data may leave children that are just ending.
    if process.returncode == 0 and machine.processes.strays():
        return "winlab: it went to the background (daemonize), where no service control manager can follow it"
    return f"it ended with exit code {process.returncode}"
