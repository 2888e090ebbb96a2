"""Paths of the lab's machine that servers leave in configuration files of a practice host."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from winlab.windows.machine import Machine


def show_windows_paths(machine: Machine) -> None:
    """Make paths of the lab's machine Windows' own again in the configuration files of the host's services.

    A server that rewrites its configuration (CONFIG REWRITE, Sentinel) writes its `dir` as an absolute path of the
    lab's machine. The answers in Python see through that when they read; PowerShell reads the files themselves.
    """
    wrong = f"{machine.root}/".encode()
    services = [machine.services.find(name) for name in machine.services.names()]
    for paths in [service.paths for service in services if service is not None and service.paths is not None]:
        path = machine.files.local_path(paths.configuration)
        # It may have gone since the service was started.
        with suppress(FileNotFoundError):
            if wrong in path.read_bytes():
                _take_out(wrong, path)


def _take_out(text: bytes, path: Path) -> None:
    """Take a text out of a file, which keeps its times.

    The file's server puts another one in its place at any time: what is written is the one that was read.
    """
    with path.open("r+b") as stream:
        times, content = os.fstat(stream.fileno()), stream.read()
        stream.seek(0)
        stream.write(content.replace(text, b""))
        stream.truncate()
        stream.flush()
        os.utime(stream.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
