function Get-WinFirewallRule {
    <#
    .SYNOPSIS
        Reads a rule of the Windows firewall.

    .PARAMETER Name
        Name of the rule, not its display name.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the rule.
        Exists: whether there is such a rule; if not, everything after this is null or empty.
        DisplayName: name for people.
        Enabled: whether the rule is in force.
        Direction: Inbound or Outbound.
        Action: Allow or Block.
        Protocol: TCP, UDP and so on.
        LocalPorts: ports or ranges, or Any.
        RemoteAddresses: addresses as the firewall says them, or Any.
        Profiles: Any, or some of Domain, Private, Public.
        Program: path of the program that the rule is for; null for any.

    .EXAMPLE
        Get-WinFirewallRule -Name memurai-6379
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^*?\[\]]+$')][string]$Name
    )

    $result = [pscustomobject]@{
        Name            = $Name
        Exists          = $false
        DisplayName     = $null
        Enabled         = $null
        Direction       = $null
        Action          = $null
        Protocol        = $null
        LocalPorts      = @()
        RemoteAddresses = @()
        Profiles        = @()
        Program         = $null
    }
    $rule = Get-WinFirewallRuleInstance -Name $Name
    if ($null -eq $rule) {
        return $result
    }
    $port = Get-NetFirewallPortFilter -AssociatedNetFirewallRule $rule -ErrorAction Stop
    $address = Get-NetFirewallAddressFilter -AssociatedNetFirewallRule $rule -ErrorAction Stop
    $application = Get-NetFirewallApplicationFilter -AssociatedNetFirewallRule $rule -ErrorAction Stop
    $result.Exists = $true
    $result.DisplayName = [string]$rule.DisplayName
    # Enumerations of the module, by name and not by number.
    $result.Enabled = "$($rule.Enabled)" -eq 'True'
    $result.Direction = "$($rule.Direction)"
    $result.Action = "$($rule.Action)"
    $result.Protocol = [string]$port.Protocol
    $result.LocalPorts = @(foreach ($item in $port.LocalPort) { [string]$item })
    $result.RemoteAddresses = @(foreach ($item in $address.RemoteAddress) { [string]$item })
    $result.Profiles = @("$($rule.Profile)" -split '\s*,\s*')
    if ($application.Program -ne 'Any') {
        $result.Program = [string]$application.Program
    }
    return $result
}
