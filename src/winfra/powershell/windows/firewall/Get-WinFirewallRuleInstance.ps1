function Get-WinFirewallRuleInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of the firewall rule of a name, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][string]$Name
    )

    try {
        # A function of another module, to which this module's $ErrorActionPreference means nothing.
        return Get-NetFirewallRule -Name $Name -ErrorAction Stop
    }
    catch {
        if ($_.CategoryInfo.Category -ne [Management.Automation.ErrorCategory]::ObjectNotFound) {
            throw
        }
    }
}
