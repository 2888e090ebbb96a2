"""Puts the practice host's answers in the place of functions that only Windows can run: the seam of the library.

The library's folder `windows` holds them. Every public one keeps its parameters and is answered by the model; what else
stands there is reached by those only.
"""

from __future__ import annotations

import base64
import gzip
import re
from functools import cache
from importlib.resources import files

from winfra.library import seam_functions
from winlab.engines.real_powershell.differences import ANSWERED_BESIDE_THE_SEAM, DIFFERENCES
from winlab.exceptions import WinlabError

# The library's functions begin and end in the first column; so may a brace before the end of C# in them.
_FUNCTION = re.compile(r"^function ([\w-]+) \{\n(.*?)^\}$(?!\n'@)", re.MULTILINE | re.DOTALL)
_PARAMETERS = re.compile(r"^    param\((?:\)|\n.*?^    \))$", re.MULTILINE | re.DOTALL)
_REPLACED = {
    "Import-Module ": "Import-WinlabModule ",
    "[Diagnostics.Process]::Start(": "Start-WinlabProgram -Start (",
}
"""Calls in the library, and what stands for them; see the differences `modules` and `lost-programs`."""


def with_model(text: str) -> str:
    """Return a script with the model's answers in it.

    Args:
        text: of the library, or of a script that defines some of its functions.
    """
    first = _FUNCTION.search(text)
    if first is None:
        return text
    functions = _FUNCTION.sub(lambda match: _function(match[1], match[0]), text[first.start() :])
    return f"{text[: first.start()]}{_added()}\n{functions}"


def packed_with_model(line: bytes) -> bytes:
    """Return a line that holds the library, base64 of gzip, with the model's answers in it.

    Args:
        line: as the control node sends it.
    """
    text = with_model(gzip.decompress(base64.b64decode(line)).decode())
    return base64.b64encode(gzip.compress(text.encode(), 1)) + b"\n"


@cache
def answered_functions() -> frozenset[str]:
    """Return the names of the library's functions that the model answers."""
    return frozenset((*seam_functions(), *ANSWERED_BESIDE_THE_SEAM))


def _function(name: str, text: str) -> str:
    if name in answered_functions():
        return _answered(name, text)
    for call, replacement in _REPLACED.items():
        text = text.replace(call, replacement)
    return text


def _answered(name: str, text: str) -> str:
    parameters = _PARAMETERS.search(text)
    if parameters is None:
        raise WinlabError(f"winlab: expected a block 'param(' of lines with four blanks in {name}, found none.")
    return (
        f"function {name} {{\n    [CmdletBinding(SupportsShouldProcess = $true)]\n{parameters[0]}\n"
        f"    Invoke-WinlabModel -Name {name} -Bound $PSBoundParameters\n}}"
    )


@cache
def _added() -> str:
    own = files(__package__).joinpath("seam.ps1").read_text(encoding="ascii")
    return "".join([own, *(difference.functions for difference in DIFFERENCES.values())])
