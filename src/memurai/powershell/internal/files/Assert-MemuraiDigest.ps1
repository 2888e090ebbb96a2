function Assert-MemuraiDigest {
    <#
    .SYNOPSIS
        Fails when a file is missing or has another SHA-256.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Expected
    )

    if ((Get-WinPathKind -Path $Path) -ne 'File') {
        throw "Expected the file '$Path', found none."
    }
    $found = Get-WinFileHash -Path $Path
    if ($found -cne $Expected) {
        throw "Expected SHA-256 $Expected of '$Path', found $found."
    }
}
