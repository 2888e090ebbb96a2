#Requires -Version 5.1
<#
.SYNOPSIS
    Makes a backup of a Memurai server.

.DESCRIPTION
    The scheduled task starts it, and an administrator may. Invoke-MemuraiBackup of the module beside this file
    does all of it.

.PARAMETER SettingsPath
    Path of the job's settings, a JSON file without secrets. The password stands in a file beside it.

.PARAMETER Json
    Prints the whole result as JSON instead of its text for people.

.EXAMPLE
    powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File backup.ps1 -SettingsPath backup.json

.NOTES
    Exit codes:
    0: the backup is done.
    1: it failed, or something unexpected did; the message says what.
    2: it is done, but its copy failed.
    3: another run is under way; nothing was done.
    4: it is done, but the rehearsal failed.
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
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'MemuraiProduction.backup.psm1')
    $result = Invoke-MemuraiBackup -SettingsPath $SettingsPath
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
