function Assert-MemuraiPackage {
    <#
    .SYNOPSIS
        Fails unless a package is there and has its SHA-256.

    .PARAMETER Package
        Its absolute Path, and its Sha256 in hexadecimal digits.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiPackage -Package @{ Path = 'C:\ProgramData\Memurai\install\4.2.2.msi'; Sha256 = $digest }
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Package
    )

    $full = Resolve-WinPath -Path $Package.Path
    if ((Get-WinPathKind -Path $full) -ne 'File') {
        throw "Expected the package '$full', found no such file. Upload it first."
    }
    $expected = $Package.Sha256.ToLowerInvariant()
    $found = Get-WinFileHash -Path $full
    if ($found -ne $expected) {
        throw "Expected SHA-256 $expected of '$full', found $found. Upload the right package."
    }
}
