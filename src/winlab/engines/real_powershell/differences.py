"""What a PowerShell 7 under Wine does otherwise than Windows PowerShell 5.1 on Windows, each with its reason.

This is the only place for it. A difference that can be made up for has PowerShell functions that do so, which stand
before the library; behaviours that depend on one that can't are not shown by this PowerShell, and their tests name it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One difference.

    Attributes:
        reason: what is different, and why that is so.
        functions: PowerShell functions that make up for it; empty when nothing can.
    """

    reason: str
    functions: str = ""


DIFFERENCES = {
    "dates-in-json": Difference(
        "ConvertFrom-Json of PowerShell 7 makes dates of texts in ISO 8601, that of 5.1 leaves them texts.",
        """
function ConvertFrom-Json {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true, ValueFromPipeline = $true)][string]$InputObject)

    process {
        Microsoft.PowerShell.Utility\\ConvertFrom-Json -InputObject $InputObject -DateKind String
    }
}
""",
    ),
    "service-manager": Difference(
        "Wine's service manager has none of the host's services; raw scripts that stop or start one are answered by "
        "the model.",
        """
function Stop-Service {
    param([Parameter(Mandatory = $true)][string]$Name)

    $null = Invoke-WinlabModel -Name Stop-WinService -Bound @{ Name = $Name }
}

function Start-Service {
    param([Parameter(Mandatory = $true)][string]$Name)

    $null = Invoke-WinlabModel -Name Start-WinService -Bound @{ Name = $Name }
}

function Restart-Service {
    param([Parameter(Mandatory = $true)][string]$Name)

    Stop-Service -Name $Name
    Start-Service -Name $Name
}
""",
    ),
    "modules": Difference(
        "A module that the library imports calls what only Windows can run: one with the model's answers is imported.",
        """
function Import-WinlabModule {
    param([Parameter(Mandatory = $true)][string]$Name, [switch]$PassThru, [string]$Scope)

    $copy = Invoke-WinlabModel -Name Copy-WinlabModule -Bound @{ Path = $Name }
    Microsoft.PowerShell.Core\\Import-Module -Name $copy -PassThru:$PassThru -Scope $Scope
}
""",
    ),
    "lost-programs": Difference(
        "Wine 8 loses a start of a program now and then (ERROR_INTERNAL_ERROR), before the program runs: it is started "
        "again.",
        """
function Start-WinlabProgram {
    param([Parameter(Mandatory = $true)][Diagnostics.ProcessStartInfo]$Start)

    Use-WinlabRelay -Start $Start
    $internalError = 1359
    for ($tries = 3; ; $tries--) {
        try {
            return [Diagnostics.Process]::Start($Start)
        }
        catch [ComponentModel.Win32Exception] {
            if ($tries -eq 1 -or $_.Exception.GetBaseException().NativeErrorCode -ne $internalError) {
                throw
            }
        }
    }
}
""",
    ),
    "json-class": Difference(
        "The agent reads and writes JSON by JavaScriptSerializer, a class of .NET Framework that .NET does not have; "
        "System.Web.Extensions.cs beside this file stands for it and is compiled into the folder of PowerShell."
    ),
    "console-host": Difference(
        "pwsh.exe's own console host does not start under Wine 8; powershell.cs beside this file, compiled to "
        "powershell.exe, hosts the same PowerShell."
    ),
    "version": Difference("$PSVersionTable says 7, and the agent tells the control node so."),
    "access-lists": Difference(
        "Wine keeps no access lists. The model does, and is not told when PowerShell itself replaces a file."
    ),
    "drive-link": Difference(
        "The host's servers are Linux programs and need a link named C: in their data folder, which PowerShell 7 takes "
        "for a folder and goes into; removing and measuring folders is therefore answered by the model."
    ),
    "linux-servers": Difference(
        "The host's servers are Linux programs, whose open files nobody is kept from: where the model says that a file "
        "is in use, Wine does not know it."
    ),
    "full-disk": Difference("The practice host's disk is as large as the model says; Wine writes to that of the lab."),
}

ANSWERED_BESIDE_THE_SEAM = ("Remove-WinItem", "Get-WinDirectorySize")
"""See drive-link."""
