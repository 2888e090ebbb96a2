function Get-WinServiceInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a service, or nothing.

    .PARAMETER Name
        Name of the service, not its display name.

    .PARAMETER Required
        Whether a missing service is an error.

    .OUTPUTS
        [CimInstance] of Win32_Service

    .EXAMPLE
        Get-WinServiceInstance -Name Memurai
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [bool]$Required = $false
    )

    $literal = $Name.Replace('\', '\\').Replace("'", "\'")
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$literal'"
    if ($null -eq $service -and $Required) {
        throw "Expected the service '$Name', found none of that name. Create or install it first."
    }
    return $service
}
