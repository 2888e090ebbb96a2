"""The few directives of a server's configuration that decide where it reads and writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from winlab.windows.files import DRIVE, Volume

_DIRECTIVE = re.compile(r"""^\s*(dir|logfile|include)\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*$""", re.IGNORECASE)

_SENTINEL_PROGRAM = "memurai-sentinel.exe"
"""https://docs.memurai.com/en/server-roles: the option --sentinel, or a program of this name."""

_DEEPEST_INCLUDE = 4
"""redis nests includes without a limit, a lab needs a few."""


@dataclass(frozen=True)
class ServerPaths:
    """Where a server reads and writes.

    Attributes:
        configuration: full Windows path of its configuration file.
        data_folder: full Windows path of its working directory.
        log_file: full Windows path of its log file, None when it writes none.
        is_sentinel: whether it was started as a Sentinel, which rewrites its configuration file.
    """

    configuration: str
    data_folder: str
    log_file: str | None
    is_sentinel: bool

    @property
    def log_folder(self) -> str | None:
        """The folder of its log file, None when it writes none."""
        return None if self.log_file is None else self.log_file.rpartition("\\")[0]


def read_server_paths(volume: Volume, program: str, arguments: list[str]) -> ServerPaths | None:
    """Return the paths of a server from its command line, None when it is given no configuration file that exists.

    Args:
        volume: the host's drive.
        program: full Windows path of the program; a relative `dir` starts in its folder (Assumed: a Memurai service
            runs in the folder of memurai.exe, as its open source ancestor does).
        arguments: the command line after the program.
    """
    configuration = next((argument for argument in arguments if argument.lower().endswith(".conf")), None)
    if configuration is None or volume.kind(configuration) != "File":
        return None
    is_sentinel = "--sentinel" in arguments or program.rpartition("\\")[2].lower() == _SENTINEL_PROGRAM
    return configured_paths(volume, program, configuration, is_sentinel=is_sentinel)


def configured_paths(volume: Volume, program: str, configuration: str, *, is_sentinel: bool = False) -> ServerPaths:
    """Return the paths that an existing configuration file gives a server.

    Args:
        volume: the host's drive.
        program: full Windows path of the program; a relative `dir` starts in its folder.
        configuration: absolute Windows path of the file, whatever its name ends with.
        is_sentinel: whether the server is a Sentinel.
    """
    directives = _read(volume, configuration, depth=0)
    data_folder = _absolute(volume, directives.get("dir", "."), program.rpartition("\\")[0])
    named = directives.get("logfile", "")
    log_file = _absolute(volume, named, data_folder) if named else None
    return ServerPaths(volume.full_path(configuration), data_folder, log_file, is_sentinel)


def _read(volume: Volume, path: str, *, depth: int) -> dict[str, str]:
    """Return the last value of each directive, those of included files too."""
    directives: dict[str, str] = {}
    for line in volume.read_bytes(path).decode(errors="replace").splitlines():
        match = _DIRECTIVE.match(line)
        if match is None:
            continue
        name, value = match[1].lower(), next(text for text in match.groups()[1:] if text is not None)
        if name != "include":
            directives[name] = value
        elif depth < _DEEPEST_INCLUDE and _is_absolute(value) and volume.kind(value) == "File":
            directives |= _read(volume, value, depth=depth + 1)
    return directives


def _is_absolute(path: str) -> bool:
    return re.match(r"[A-Za-z]:[\\/]", path) is not None


def _absolute(volume: Volume, path: str, folder: str) -> str:
    absolute = path if _is_absolute(path) else f"{folder}\\{path}"
    # The server itself finds out that another drive does not exist.
    return volume.full_path(absolute) if absolute.upper().startswith(DRIVE) else absolute.replace("/", "\\")
