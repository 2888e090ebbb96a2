function Get-WinProduct {
    <#
    .SYNOPSIS
        Finds installed products of the Windows Installer.

    .PARAMETER Name
        Display name, in which * and ? are wildcards.

    .PARAMETER WaitSeconds
        Longest wait in seconds for the end of an installation or removal that is under way; 0 does not wait.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: the name that was asked for.
        Products: objects with Name, Version, Publisher, ProductCode, InstallLocation, by name and version.

    .EXAMPLE
        Get-WinProduct -Name Memurai*
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateRange(0, 86400)][int]$WaitSeconds = 0
    )

    if ($WaitSeconds -gt 0) {
        Wait-WinInstaller -TimeoutSeconds $WaitSeconds
    }
    $products = foreach ($view in 'Registry64', 'Registry32') {
        $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey([Microsoft.Win32.RegistryHive]::LocalMachine, $view)
        $list = $root.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
        try {
            foreach ($code in @($list.GetSubKeyNames() -match '^\{[0-9A-Fa-f-]{36}\}$')) {
                $key = $list.OpenSubKey($code)
                # Bundles of other installers may have a GUID for a key too.
                if ($key.GetValue('WindowsInstaller') -ne 1 -or [string]$key.GetValue('DisplayName') -notlike $Name) {
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
    return [pscustomobject]@{
        Name     = $Name
        Products = @($products | Where-Object -FilterScript { $null -ne $_ } | Sort-Object -Property 'Name', 'Version')
    }
}
