"""The real PowerShell that judges the library, where this machine has one."""

from __future__ import annotations

import os
from functools import cache

import pytest

from winlab.engines.real_powershell import Installation, MissingError, find_folder
from winlab.engines.real_powershell.differences import DIFFERENCES
from winlab.engines.real_powershell.installation import DEFAULT_FOLDER, RECIPE, VARIABLE

ANSWERS, POWERSHELL = "answers", "powershell"
JUDGED = ("tests/contract", "tests/lab")


@cache
def installation() -> Installation | None:
    """Return what starts it; None when there is none, which `why_none` explains."""
    folder = find_folder()
    return None if folder is None or why_none() else Installation.open(folder)


@cache
def why_none() -> str:
    """Return why nothing is judged by a real PowerShell; empty when it is. One that was asked for has to be there."""
    folder = find_folder()
    if folder is None:
        return f"neither {VARIABLE} names a PowerShell for Windows nor {DEFAULT_FOLDER} holds one; {RECIPE}"
    try:
        Installation.open(folder)
    except MissingError as error:
        if os.environ.get(VARIABLE):
            raise pytest.UsageError(str(error)) from None
        return str(error)
    return ""


def engines() -> list[str]:
    """Return what the behaviours of powershell.exe are tried on."""
    return [ANSWERS] if installation() is None else [ANSWERS, POWERSHELL]


def expect_differences(item: pytest.Item) -> None:
    """Expect a test to fail in the real PowerShell where it names a difference: @pytest.mark.differs(name)."""
    parameters = getattr(item, "callspec", None)
    if parameters is None or POWERSHELL not in parameters.params.values():
        return
    for mark in item.iter_markers("differs"):
        item.add_marker(pytest.mark.xfail(strict=True, reason=DIFFERENCES[mark.args[0]].reason))
