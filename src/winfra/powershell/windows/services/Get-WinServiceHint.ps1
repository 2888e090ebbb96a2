function Get-WinServiceHint {
    <#
    .SYNOPSIS
        Returns the exit codes of a service, and where the reason of its failure can be read.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Service
    )

    $codes = "Win32 exit code $($Service.ExitCode), service-specific exit code $($Service.ServiceSpecificExitCode)"
    return ("($codes). The reason is in the Application and System event logs and in the service's own log file: " +
        'look there.')
}
