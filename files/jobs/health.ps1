#Requires -Version 5.1
<#
.SYNOPSIS
    Checks the health of a Memurai server.

.DESCRIPTION
    The scheduled task starts it, and an administrator may. Invoke-MemuraiHealthCheck of the module beside this file
    does all of it.

.PARAMETER SettingsPath
    Path of the job's settings, a JSON file without secrets. The password stands in a file beside it.

.PARAMETER Json
    Prints the whole result as JSON instead of its text for people.

.EXAMPLE
    powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File health.ps1 -SettingsPath health.json

.NOTES
    Exit codes:
    0: all is well.
    1: something is critical, or the check itself failed; the message says what.
    2: there are warnings.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string]$SettingsPath,

    [switch]$Json
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

try {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'MemuraiProduction.health.psm1')
    $result = Invoke-MemuraiHealthCheck -SettingsPath $SettingsPath
    if ($Json) {
        ConvertTo-Json -InputObject $result -Depth 6
    }
    else {
        $result.Text
    }
    exit $result.ExitCode
}
catch {
    $failure = $_
    [Console]::Error.WriteLine($failure.Exception.Message)
    exit 1
}
