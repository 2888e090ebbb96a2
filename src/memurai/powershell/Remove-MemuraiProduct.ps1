function Remove-MemuraiProduct {
    <#
    .SYNOPSIS
        Uninstalls the product and removes its licence, unless a service uses it.

    .DESCRIPTION
        Several instances may use one product: the last one takes it along. An update or removal that is under way is
        waited for.

    .PARAMETER ProductName
        Display name of the product; * and ? stand for any characters.

    .PARAMETER ProductFolder
        Absolute path of the folder the product is installed in. A service whose program lies there uses it.

    .PARAMETER LicensePath
        Absolute path of the licence. Not given, there is none.

    .PARAMETER LogFolder
        Absolute path of the folder for the installer's log; it must exist.

    .OUTPUTS
        [pscustomobject] with the properties
        Removed: whether the product was there and was removed.
        UsedBy: names of the services for which it stays.

    .EXAMPLE
        Remove-MemuraiProduct -ProductName 'Memurai*' -ProductFolder 'C:\Program Files\Memurai' -LogFolder C:\Backups
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$ProductName,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$ProductFolder,

        [string]$LicensePath,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$LogFolder
    )

    if (-not $PSCmdlet.ShouldProcess($ProductName, 'Uninstall')) {
        return
    }
    $folder = Resolve-WinPath -Path $ProductFolder
    $lock = Enter-MemuraiLock -Path "$folder.lock" -Purpose 'Remove-MemuraiProduct' -TimeoutSeconds 3600
    try {
        $users = @(foreach ($service in (Get-WinFolderService -Folder $folder).Services) { $service.Name })
        $products = @((Get-WinProduct -Name $ProductName).Products)
        if ($users.Length -gt 0) {
            return [pscustomobject]@{ Removed = $false; UsedBy = $users }
        }
        if ($products.Length -gt 1) {
            throw "Expected at most one product '$ProductName', found $($products.Length). Give its whole name."
        }
        if (-not [string]::IsNullOrEmpty($LicensePath)) {
            $null = Remove-WinItem -Path $LicensePath
        }
        foreach ($product in $products) {
            $log = [IO.Path]::Combine((Resolve-WinPath -Path $LogFolder), "uninstall-$($product.Version).log")
            $null = Uninstall-WinPackage -ProductCode $product.ProductCode -LogPath $log -TimeoutSeconds 1800
        }
        return [pscustomobject]@{ Removed = $products.Length -gt 0; UsedBy = @() }
    }
    finally {
        $lock.Dispose()
    }
}
