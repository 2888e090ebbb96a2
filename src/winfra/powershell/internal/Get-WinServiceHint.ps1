function Get-WinServiceHint {
    <#
    .SYNOPSIS
        Returns where the reason of a service's failure can be read.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-WinServiceHint
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    return "The reason is in the Application and System event logs and in the service's own log file: look there."
}
