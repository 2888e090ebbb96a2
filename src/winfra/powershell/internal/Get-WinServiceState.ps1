function Get-WinServiceState {
    <#
    .SYNOPSIS
        Returns the state of a service without blanks, e.g. StartPending.

    .PARAMETER Service
        The CIM instance of the service.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-WinServiceState -Service (Get-WinServiceInstance -Name Memurai)
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [CimInstance]$Service
    )

    return ([string]$Service.State).Replace(' ', '')
}
