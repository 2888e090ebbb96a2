function Get-WinTcpListener {
    <#
    .SYNOPSIS
        Says which processes and services listen on a TCP port.

    .PARAMETER Port
        The port.

    .OUTPUTS
        [pscustomobject] with the properties
        Port: the port.
        Listeners: objects with Address, ProcessId, ProcessName (null when the process ended meanwhile), Services.

    .EXAMPLE
        Get-WinTcpListener -Port 6379
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port
    )

    $connections = @()
    try {
        # A function of another module, to which this module's $ErrorActionPreference means nothing.
        $connections = @(Get-NetTCPConnection -State Listen -LocalPort $Port -ErrorAction Stop)
    }
    catch {
        if ($_.CategoryInfo.Category -ne [Management.Automation.ErrorCategory]::ObjectNotFound) {
            throw
        }
    }
    $listeners = foreach ($connection in $connections) {
        $processId = [int]$connection.OwningProcess
        $process = Get-WinProcessInstance -ProcessId $processId
        $services = Get-CimInstance -ClassName Win32_Service -Filter "ProcessId = $processId"
        [pscustomobject]@{
            Address     = [string]$connection.LocalAddress
            ProcessId   = $processId
            ProcessName = $(if ($null -ne $process) { $process.Name -replace '\.exe$', '' } else { $null })
            Services    = @(foreach ($service in $services) { $service.Name })
        }
    }
    return [pscustomobject]@{
        Port      = $Port
        Listeners = @($listeners | Where-Object -FilterScript { $null -ne $_ })
    }
}
