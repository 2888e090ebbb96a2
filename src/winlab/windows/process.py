"""What a program that runs on a practice host sees of its process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Protocol


class Readable(Protocol):
    """Standard input."""

    def readline(self) -> bytes:
        """Return the next line with its end, b"" at the end of the input."""

    def read(self) -> bytes:
        """Return everything up to the end of the input."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines."""


class Writable(Protocol):
    """Standard output or standard error."""

    def write(self, data: bytes | str, /, timeout_seconds: float | None = None) -> object:
        """Write bytes, or text as UTF-8; raise TimeoutError when nobody reads for that long."""


class Process(Protocol):
    """A process started over WinRM.

    Attributes:
        command_line: the whole command line.
        environment: variables of its shell, beside the host's own.
        directory: working directory, empty for the host's default.
        options: WINRS options by name.
        stdin: its input.
        stdout: its output.
        stderr: its error output.
        terminated: set when it has to end.
    """

    @property
    def command_line(self) -> str: ...  # noqa: D102
    @property
    def environment(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def directory(self) -> str: ...  # noqa: D102
    @property
    def options(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def stdin(self) -> Readable: ...  # noqa: D102
    @property
    def stdout(self) -> Writable: ...  # noqa: D102
    @property
    def stderr(self) -> Writable: ...  # noqa: D102
    @property
    def terminated(self) -> threading.Event: ...  # noqa: D102
    def interrupt(self) -> None: ...  # noqa: D102
