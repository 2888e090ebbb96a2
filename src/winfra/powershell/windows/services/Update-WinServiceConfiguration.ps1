function Update-WinServiceConfiguration {
    <#
    .SYNOPSIS
        Sets program, names, start type and account of a service, as far as they are given.
    #>
    # Program, display name and start type go through the CIM method Change, which takes the command line as it is,
    # quotation marks included. The account goes through sc.exe: for a virtual account or a managed service account the
    # service control manager wants no password at all, not an empty one, and sc.exe without password= gives none.
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][Collections.IDictionary]$Settings
    )

    if (-not $PSCmdlet.ShouldProcess($Name, 'Change service')) {
        return
    }
    $names = @{ ImagePath = 'PathName'; DisplayName = 'DisplayName'; StartType = 'StartMode' }
    $arguments = @{}
    foreach ($setting in $names.get_Keys()) {
        if ($Settings.ContainsKey($setting)) {
            $arguments[$names[$setting]] = [string]$Settings[$setting]
        }
    }
    if ($arguments.get_Count() -gt 0) {
        $service = Get-WinServiceInstance -Name $Name -Required $true
        $result = Invoke-CimMethod -InputObject $service -MethodName Change -Arguments $arguments
        Assert-WinServiceResult -Name $Name -Action change -Code $result.ReturnValue
    }
    if ($Settings.ContainsKey('Description')) {
        Set-Service -Name $Name -Description $Settings['Description']
    }
    if ($Settings.ContainsKey('Account')) {
        Invoke-WinServiceControl -Arguments 'config', $Name, 'obj=', $Settings['Account']
    }
}
