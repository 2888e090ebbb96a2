function Get-WinServiceInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a service, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [bool]$Required = $false
    )

    $literal = $Name.Replace('\', '\\').Replace("'", "\'")
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$literal'"
    if ($null -eq $service -and $Required) {
        throw "Expected the service '$Name', found none of that name. Create or install it first."
    }
    return $service
}
