function Enter-MemuraiUpdate {
    <#
    .SYNOPSIS
        Waits until no other update of the product runs, and does what Update-MemuraiProduct describes if it is needed.

    .PARAMETER Change
        The table of Update-MemuraiProduct; FormerCode becomes the product code of the installed version.

    .OUTPUTS
        [pscustomobject] as Update-MemuraiProduct has it.

    .EXAMPLE
        Enter-MemuraiUpdate -Change $change
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $lock = Enter-MemuraiLock -Path "$($Change.ProductFolder).lock" -Purpose $Change.Purpose -TimeoutSeconds 3600
    try {
        $products = @((Get-WinProduct -Name $Change.ProductName).Products)
        if ($products.Length -ne 1) {
            $count = $products.Length
            throw "Expected one installed product '$($Change.ProductName)', found $count. Give its whole name."
        }
        # 4.1.2 and 4.1.2.0 are the same.
        $new, $former, $found = foreach ($version in $Change.Version, $Change.FormerVersion, $products[0].Version) {
            [string]$version -replace '(\.0)+$', ''
        }
        if ($found -eq $new) {
            return [pscustomobject]@{ AsideFolder = $null; RebootRequired = $false }
        }
        if ($found -ne $former) {
            throw ("Expected version $($Change.FormerVersion) to be installed, found $($products[0].Version), which " +
                'somebody else installed meanwhile. Nothing was stopped; run again.')
        }
        $Change.FormerCode = $products[0].ProductCode
        return Invoke-MemuraiUpdate -Change $Change
    }
    finally {
        $lock.Dispose()
    }
}
