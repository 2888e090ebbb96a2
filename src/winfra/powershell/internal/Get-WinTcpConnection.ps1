function Get-WinTcpConnection {
    <#
    .SYNOPSIS
        Returns the listening TCP connections of a port, or nothing.

    .PARAMETER Port
        The port.

    .OUTPUTS
        [CimInstance] of MSFT_NetTCPConnection

    .EXAMPLE
        Get-WinTcpConnection -Port 6379
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [int]$Port
    )

    try {
        # A function of another module, to which this module's $ErrorActionPreference means nothing.
        return Get-NetTCPConnection -State Listen -LocalPort $Port -ErrorAction Stop
    }
    catch {
        if ($_.CategoryInfo.Category -ne [Management.Automation.ErrorCategory]::ObjectNotFound) {
            throw
        }
    }
}
