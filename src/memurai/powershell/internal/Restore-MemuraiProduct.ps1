function Restore-MemuraiProduct {
    <#
    .SYNOPSIS
        Brings the former version and its data back; the service is left stopped.

    .PARAMETER Change
        The table of Update-MemuraiProduct.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Restore-MemuraiProduct -Change $change
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $name = $Change.ServiceName
    if (-not $PSCmdlet.ShouldProcess($name, 'Restore the former version')) {
        return
    }
    $startType = (Get-WinService -Name $name).StartType
    # Windows' recovery would start the server of the version that failed in the middle of this.
    $null = Set-WinService -Name $name -StartType Disabled
    try {
        $null = Stop-WinService -Name $name -TimeoutSeconds $Change.TimeoutSeconds
        $products = @((Get-WinProduct -Name $Change.ProductName).Products)
        # An installer does not put an older version over a newer one.
        foreach ($product in $products) {
            if ($product.ProductCode -ne $Change.FormerCode) {
                $removal = @{ ProductCode = $product.ProductCode; LogPath = $Change.RemovalLog }
                $null = Uninstall-WinPackage @removal -TimeoutSeconds 1800
            }
        }
        if ($Change.FormerCode -notin @($products | ForEach-Object -MemberName ProductCode)) {
            $package = $Change.Former
            $null = Install-WinPackage @package -Properties $Change.Properties -TimeoutSeconds 1800
        }
        Restore-MemuraiData -Change $Change
    }
    finally {
        $null = Set-WinService -Name $name -StartType $startType
    }
}
