function Update-WinFirewallRule {
    <#
    .SYNOPSIS
        Changes the firewall rule of a name, or creates it, and returns whether it did the latter.

    .PARAMETER Rule
        Parameters that New-NetFirewallRule and Set-NetFirewallRule have in common, Name among them.

    .PARAMETER DisplayName
        Name for people, a parameter that the two call differently.

    .OUTPUTS
        [bool]

    .EXAMPLE
        Update-WinFirewallRule -Rule @{ Name = 'memurai-6379'; LocalPort = '6379' } -DisplayName 'Memurai 6379'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Rule,

        [Parameter(Mandatory = $true)]
        [string]$DisplayName
    )

    $missing = $null -eq (Get-WinFirewallRuleInstance -Name $Rule.Name)
    if ($PSCmdlet.ShouldProcess($Rule.Name, 'Create or change firewall rule')) {
        # Functions of another module, to which this module's $ErrorActionPreference means nothing.
        if ($missing) {
            $null = New-NetFirewallRule @Rule -DisplayName $DisplayName -ErrorAction Stop
        }
        else {
            $null = Set-NetFirewallRule @Rule -NewDisplayName $DisplayName -ErrorAction Stop
        }
    }
    return $missing
}
