function Get-WinServiceState {
    <#
    .SYNOPSIS
        Returns the state of a service without blanks, e.g. StartPending.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Service
    )

    return ([string]$Service.State).Replace(' ', '')
}
