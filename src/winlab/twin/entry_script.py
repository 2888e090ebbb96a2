"""Entry scripts on a practice host: a file that calls one function of the library and exits with its code.

The lab understands exactly one form of them, and the module beside them only with the text that its twins stand for.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from winfra.library import module_text
from winlab.exceptions import WinlabError
from winlab.twin.binder import invoke
from winlab.twin.errors import BindingError, TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.modules import require_module
from winlab.twin.registry import Output
from winlab.windows.machine import Machine
from winlab.windows.process import Process

_JSON_DEPTH = 6
_HEAD = re.compile(r"#Requires -Version 5\.1\n<#\n(?:(?!#>).)*\n#>\n", re.DOTALL)
_MODULE = re.compile(r"    Import-Module -Name \(Join-Path -Path \$PSScriptRoot -ChildPath '([\w.]+\.psm1)'\)")
_CALL = re.compile(r"    \$result = (\w+-\w+) -SettingsPath \$SettingsPath")
_FORM = rf"""
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string]$SettingsPath,

    [switch]$Json
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

try {{
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '<a module>')
    $result = <a function> -SettingsPath $SettingsPath
    if ($Json) {{
        ConvertTo-Json -InputObject $result -Depth {_JSON_DEPTH}
    }}
    else {{
        $result.Text
    }}
    exit $result.ExitCode
}}
catch {{
    $failure = $_
    [Console]::Error.WriteLine($failure.Exception.Message)
    exit 1
}}
""".lstrip()


@dataclass(frozen=True)
class _Arguments:
    settings_path: str
    as_json: bool


def is_entry_script(text: str) -> bool:
    """Say whether a script takes parameters, which the lab knows of entry scripts only."""
    return re.search(r"(?mi)^\s*param\s*\(", text) is not None


def run_entry_script(machine: Machine, process: Process, path: str, arguments: list[str]) -> int:
    """Run an entry script and return its exit code.

    Args:
        machine: the host.
        process: takes its text, or the message of an error.
        path: of the script on the host's drive.
        arguments: what follows it on the command line.
    """
    try:
        module, function = _module_and_function(path, machine.files.read_bytes(path).decode("ascii", errors="replace"))
        given = _bind(arguments)
        _require_module(machine, path.replace("/", "\\").rpartition("\\")[0] + f"\\{module}", function)
        result = _call(machine, function, given.settings_path)
        process.stdout.write(_json(result) if given.as_json else f"{result['Text']}\r\n")
    except WinlabError as error:
        process.stderr.write(f"{error}\r\n")
        return 1
    return int(result["ExitCode"])


def _module_and_function(path: str, text: str) -> tuple[str, str]:
    """Return the module that a script imports and the function that it calls; fail unless it has the known form."""
    text = text.replace("\r\n", "\n")
    head = _HEAD.match(text)
    if head is None:
        wanted = "#Requires -Version 5.1 and a comment with its help"
        raise TwinError(f"winlab: expected the entry script '{path}' to begin with {wanted}, found something else.")
    module = function = ""
    for number, (wanted, found) in enumerate(
        zip_longest(_FORM.split("\n"), text[head.end() :].split("\n"), fillvalue="(nothing more)"),
        start=1 + head[0].count("\n"),
    ):
        if "<a module>" in wanted and (imported := _MODULE.fullmatch(found)):
            module = imported[1]
        elif "<a function>" in wanted and (call := _CALL.fullmatch(found)):
            function = call[1]
        elif wanted != found:
            raise TwinError(
                f"winlab: this lab knows one form of entry scripts only; expected in line {number} of '{path}': "
                f"{wanted.strip() or '(an empty line)'}, found: {found.strip() or '(an empty line)'}"
            )
    return module, function


def _bind(arguments: list[str]) -> _Arguments:
    """Return the values of the script's parameters as powershell.exe -File binds them."""
    settings_path, as_json = "", False
    rest = list(arguments)
    while rest:
        name = rest.pop(0)
        if name.lower() == "-json":
            as_json = True
        elif name.lower() == "-settingspath" and rest:
            settings_path = rest.pop(0)
        else:
            raise BindingError(
                f"winlab: this lab knows -SettingsPath PATH and -Json of an entry script, found '{name}'"
            )
    if not settings_path:
        text = "Cannot process command because of one or more missing mandatory parameters: SettingsPath."
        raise BindingError(text)
    return _Arguments(settings_path, as_json)


def _require_module(machine: Machine, path: str, function: str) -> None:
    if function not in FUNCTIONS:
        raise TwinError(
            f"The term '{function}' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program. (winlab: this lab has no twin of such a function.)"
        )
    require_module(machine, path, module_text(function))


def _call(machine: Machine, name: str, settings_path: str) -> Output:
    result = invoke(FUNCTIONS[name], machine, {"SettingsPath": settings_path})
    for needed in ("Text", "ExitCode"):
        if needed not in result:
            raise TwinError(f"The property '{needed}' cannot be found on this object. Verify that the property exists.")
    return result


def _json(result: Output) -> str:
    """Return an object as ConvertTo-Json prints it. Assumed: the layout."""
    if _depth(result) > _JSON_DEPTH:
        text = f"expected an object of at most {_JSON_DEPTH} levels, beyond which PowerShell makes texts of objects"
        raise TwinError(f"winlab: {text}, found {_depth(result)} levels.")
    return json.dumps(result, indent=4, ensure_ascii=False).replace("\n", "\r\n") + "\r\n"


def _depth(value: Any) -> int:
    """Return how many levels of objects and lists are in a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)
