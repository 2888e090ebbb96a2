"""Modules on a practice host: files with the text of the library that the twins stand for."""

from __future__ import annotations

from winlab.twin.errors import TwinError
from winlab.windows.machine import Machine


def require_module(machine: Machine, path: str, text: str) -> None:
    """Import a module.

    Args:
        machine: the host.
        path: of the module's file.
        text: of the library's functions that are expected there.

    Raises:
        TwinError: there is no such file, or it has another text.
    """
    if machine.files.kind(path) != "File":
        raise TwinError(
            f"The specified module '{path}' was not loaded because no valid module file was found in any module "
            "directory."
        )
    if machine.files.read_bytes(path) != text.encode("ascii"):
        raise TwinError(
            f"winlab: expected in '{path}' the text of the library that this lab's functions stand for, found another "
            "one. Deploy the module again; is another version of the project installed?"
        )
