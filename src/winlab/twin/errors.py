"""The errors of the twin."""

from __future__ import annotations

from winlab.exceptions import WinlabError


class TwinError(WinlabError):
    """A library function refused: what it expected and what it found, as the .ps1 file would say it."""


class BindingError(TwinError):
    """The parameters do not fit the function; worded as PowerShell's parameter binder words it."""
