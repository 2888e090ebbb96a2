function Get-WinUninstallEntry {
    <#
    .SYNOPSIS
        Returns the products that the Windows Installer registered in one view of the registry.

    .PARAMETER View
        The registry view: Registry64 or Registry32.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: display name.
        Version: display version.
        Publisher: publisher.
        ProductCode: product code, a GUID in braces.
        InstallLocation: folder, null when the product does not say.

    .EXAMPLE
        Get-WinUninstallEntry -View Registry64
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [Microsoft.Win32.RegistryView]$View
    )

    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey([Microsoft.Win32.RegistryHive]::LocalMachine, $View)
    $list = $root.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
    try {
        foreach ($code in $list.GetSubKeyNames()) {
            if ($code -notmatch '^\{[0-9A-Fa-f-]{36}\}$') {
                continue
            }
            $key = $list.OpenSubKey($code)
            # Bundles of other installers may have a GUID for a key too.
            if ($key.GetValue('WindowsInstaller') -ne 1) {
                continue
            }
            $location = [string]$key.GetValue('InstallLocation')
            [pscustomobject]@{
                Name            = [string]$key.GetValue('DisplayName')
                Version         = [string]$key.GetValue('DisplayVersion')
                Publisher       = [string]$key.GetValue('Publisher')
                ProductCode     = $code
                InstallLocation = $(if ($location.Length -gt 0) { $location } else { $null })
            }
        }
    }
    finally {
        $list.Dispose()
        $root.Dispose()
    }
}
