function Restore-MemuraiProduct {
    <#
    .SYNOPSIS
        Brings one version of the product back in the place of any other; nothing of it may run.

    .DESCRIPTION
        What the Windows Installer may still be doing, for a process that is gone, is waited for.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER ProductName
        Display name of the product; * and ? stand for any characters.

    .PARAMETER ProductCode
        Product code of that version, a GUID in braces. The others are uninstalled.

    .PARAMETER Path
        Absolute path of its package.

    .PARAMETER Sha256
        SHA-256 that the package must have, in hexadecimal digits.

    .PARAMETER Version
        That version, for the name of a log.

    .PARAMETER Properties
        Public properties of the package as NAME=value. No secrets.

    .PARAMETER LogFolder
        Absolute path of the folder for the installer's logs.

    .OUTPUTS
        [pscustomobject] with the properties
        Uninstalled: product codes of what was uninstalled.
        Installed: whether that version had to be installed.

    .EXAMPLE
        Restore-MemuraiProduct -ProductName Memurai* -ProductCode $former @package -Version 4.2.2 -LogFolder C:\Logs
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductCode,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Za-z.-]+$')][string]$Version,
        [AllowEmptyCollection()][string[]]$Properties = @(),
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$LogFolder
    )

    $limit = @{ TimeoutSeconds = 1800 }
    $logs = Resolve-WinPath -Path $LogFolder
    $products = @((Get-WinProduct -Name $ProductName -WaitSeconds 1800).Products)
    $others = @($products | Where-Object -FilterScript { $_.ProductCode -ne $ProductCode })
    $isMissing = $products.Length -eq $others.Length
    if ($PSCmdlet.ShouldProcess($ProductName, "Bring version $Version back")) {
        # An installer does not put an older version over a newer one.
        foreach ($product in $others) {
            $log = "$logs\uninstall-$($product.Version).log"
            $null = Uninstall-WinPackage -ProductCode $product.ProductCode -LogPath $log @limit
        }
        if ($isMissing) {
            $package = @{ Path = $Path; Sha256 = $Sha256; LogPath = "$logs\reinstall-$Version.log" }
            $null = Install-WinPackage @package -Properties $Properties @limit
        }
    }
    return [pscustomobject]@{
        Uninstalled = [string[]]@($others | ForEach-Object -MemberName ProductCode)
        Installed   = $isMissing
    }
}
