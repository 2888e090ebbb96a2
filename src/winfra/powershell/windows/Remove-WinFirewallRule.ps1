function Remove-WinFirewallRule {
    <#
    .SYNOPSIS
        Removes the firewall rule of a name, if there is one.

    .PARAMETER Name
        Name of the rule, not its display name.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the rule.
        Removed: whether it was removed now.

    .EXAMPLE
        Remove-WinFirewallRule -Name memurai-6379
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^*?\[\]]+$')][string]$Name
    )

    $removed = $false
    $exists = $null -ne (Get-WinFirewallRuleInstance -Name $Name)
    if ($exists -and $PSCmdlet.ShouldProcess($Name, 'Remove firewall rule')) {
        $null = Remove-NetFirewallRule -Name $Name -ErrorAction Stop
        $removed = $true
    }
    return [pscustomobject]@{ Name = $Name; Removed = $removed }
}
