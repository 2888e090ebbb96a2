function Get-WinServiceExitText {
    <#
    .SYNOPSIS
        Returns the exit codes of a service as text.

    .PARAMETER Service
        The CIM instance of the service.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-WinServiceExitText -Service (Get-WinServiceInstance -Name Memurai)
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [CimInstance]$Service
    )

    return "Win32 exit code $($Service.ExitCode), service-specific exit code $($Service.ServiceSpecificExitCode)"
}
