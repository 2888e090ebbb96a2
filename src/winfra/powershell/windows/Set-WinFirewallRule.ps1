function Set-WinFirewallRule {
    <#
    .SYNOPSIS
        Creates the one firewall rule of a name, or changes it.

    .PARAMETER Name
        Name of the rule, by which it is found again. Windows would else give it a random one.

    .PARAMETER DisplayName
        Name for people.

    .PARAMETER Direction
        Inbound or Outbound.

    .PARAMETER Action
        Allow or Block.

    .PARAMETER Protocol
        TCP or UDP.

    .PARAMETER LocalPorts
        Ports or ranges, e.g. 6379 or 6379-6389, or Any.

    .PARAMETER RemoteAddresses
        Addresses, ranges or subnets, e.g. 10.0.0.0/24, or Any.

    .PARAMETER Profiles
        Any, or some of Domain, Private, Public.

    .PARAMETER Enabled
        Whether the rule is in force.

    .PARAMETER Program
        Path of the program that the rule is for, or Any. Not given, it stays as it is; a new rule is for any.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the rule.
        Created: whether it was created now.

    .EXAMPLE
        $rule = @{ Name = 'memurai-6379'; DisplayName = 'Memurai 6379'; Direction = 'Inbound'; Action = 'Allow' }
        Set-WinFirewallRule @rule -Protocol TCP -LocalPorts 6379 -RemoteAddresses 10.0.0.0/24 -Profiles Domain
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^*?\[\]]+$')][string]$Name,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$DisplayName,
        [Parameter(Mandatory = $true)][ValidateSet('Inbound', 'Outbound')][string]$Direction,
        [Parameter(Mandatory = $true)][ValidateSet('Allow', 'Block')][string]$Action,
        [Parameter(Mandatory = $true)][ValidateSet('TCP', 'UDP')][string]$Protocol,
        [Parameter(Mandatory = $true)][string[]]$LocalPorts,
        [Parameter(Mandatory = $true)][string[]]$RemoteAddresses,
        [Parameter(Mandatory = $true)][ValidateSet('Any', 'Domain', 'Private', 'Public')][string[]]$Profiles,
        [bool]$Enabled = $true,
        [ValidateNotNullOrEmpty()][string]$Program
    )

    $rule = @{
        Name          = $Name
        Direction     = $Direction
        Action        = $Action
        Protocol      = $Protocol
        LocalPort     = $LocalPorts
        RemoteAddress = $RemoteAddresses
        # One value of flags, and an enumeration of the words True and False.
        Profile       = $Profiles -join ', '
        Enabled       = $(if ($Enabled) { 'True' } else { 'False' })
    }
    if ($PSBoundParameters.ContainsKey('Program')) {
        $rule.Program = $Program
    }
    $created = $false
    if ($PSCmdlet.ShouldProcess($Name, 'Create or change firewall rule')) {
        $created = $null -eq (Get-WinFirewallRuleInstance -Name $Name)
        # Functions of another module, to which this module's $ErrorActionPreference means nothing.
        if ($created) {
            $null = New-NetFirewallRule @rule -DisplayName $DisplayName -ErrorAction Stop
        }
        else {
            $null = Set-NetFirewallRule @rule -NewDisplayName $DisplayName -ErrorAction Stop
        }
    }
    return [pscustomobject]@{ Name = $Name; Created = $created }
}
