"""Paths of the lab's machine that servers leave in configuration files of a practice host."""

from __future__ import annotations

import os
from contextlib import suppress

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
        # It may have gone since the service was started, and its server puts another file in its place at any time.
        with suppress(FileNotFoundError):
            content, times = path.read_bytes(), path.stat()
            if wrong in content:
                path.write_bytes(content.replace(wrong, b""))
                os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
