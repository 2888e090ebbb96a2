function Get-WinProduct {
    <#
    .SYNOPSIS
        Finds installed products of the Windows Installer.

    .PARAMETER Name
        Display name, in which * and ? are wildcards.

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
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )

    $products = foreach ($view in 'Registry64', 'Registry32') {
        Get-WinUninstallEntry -View $view | Where-Object -FilterScript { $_.Name -like $Name }
    }
    return [pscustomobject]@{
        Name     = $Name
        Products = @($products | Where-Object -FilterScript { $null -ne $_ } | Sort-Object -Property 'Name', 'Version')
    }
}
