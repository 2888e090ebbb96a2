function Restore-MemuraiProduct {
    <#
    .SYNOPSIS
        Brings the former version and the data of its instances back; their services are left stopped.

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

    if (-not $PSCmdlet.ShouldProcess($Change.ProductName, 'Restore the former version')) {
        return
    }
    $startTypes = @{}
    try {
        foreach ($instance in $Change.Instances) {
            $name = $instance.ServiceName
            if ($instance.HoldsData) {
                # Beside the copy that comes back, so that nothing of what its clients wrote meanwhile is lost.
                Save-MemuraiReadyServer -Server $instance.Server -TimeoutSeconds $Change.TimeoutSeconds
            }
            $startTypes[$name] = (Get-WinService -Name $name).StartType
            # Windows' recovery would start the server of the version that failed in the middle of this.
            $null = Set-WinService -Name $name -StartType Disabled
            Stop-WinHungService -Name $name -TimeoutSeconds $Change.TimeoutSeconds
        }
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
        foreach ($instance in @($Change.Instances | Where-Object -FilterScript { $_.HoldsData })) {
            Restore-MemuraiData -Instance $instance
        }
    }
    finally {
        foreach ($name in $startTypes.get_Keys()) {
            $null = Set-WinService -Name $name -StartType $startTypes[$name]
        }
    }
}
