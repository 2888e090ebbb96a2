function Assert-MemuraiProduct {
    <#
    .SYNOPSIS
        Fails unless one version of the product is installed, and only these services are on it.

    .PARAMETER ProductName
        Display name of the product; * and ? stand for any characters. Exactly one product must have it.

    .PARAMETER ProductCode
        Product code that it must have.

    .PARAMETER ProductFolder
        Absolute path of the folder the product is installed in.

    .PARAMETER Services
        Names of the services that may run from the folder.

    .PARAMETER IncludeStopped
        Whether services that do not run count, too.

    .OUTPUTS
        [pscustomobject] with the properties
        ProductCode: of the product.
        Services: names of the services that were found.

    .EXAMPLE
        Assert-MemuraiProduct -ProductName Memurai* -ProductCode $code -ProductFolder $folder -Services Memurai
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductCode,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductFolder,
        [AllowEmptyCollection()][string[]]$Services = @(),
        [bool]$IncludeStopped = $false
    )

    $products = @((Get-WinProduct -Name $ProductName).Products)
    if ($products.Length -ne 1) {
        throw "Expected one installed product '$ProductName', found $($products.Length). Give its whole name."
    }
    if ($products[0].ProductCode -ne $ProductCode) {
        throw ("Expected the version that was installed when this run began, found $($products[0].Version), which " +
            'somebody else installed meanwhile. Nothing was stopped; run again.')
    }
    $folder = Resolve-WinPath -Path $ProductFolder
    $found = @(foreach ($service in (Get-WinFolderService -Folder $folder).Services) {
            if ($IncludeStopped -or $service.State -ne 'Stopped') { $service.Name }
        })
    $others = @($found | Where-Object -FilterScript { $_ -notin $Services })
    if ($others.Length -gt 0) {
        throw ("Expected only these services on '$folder': $($Services -join ', '); found $($others -join ', ') too, " +
            'which came after this run began. Nothing was stopped; run again.')
    }
    return [pscustomobject]@{ ProductCode = $products[0].ProductCode; Services = [string[]]$found }
}
