function Assert-MemuraiDigest {
    <#
    .SYNOPSIS
        Fails when a file is missing or has another SHA-256.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER Expected
        SHA-256 that it must have, in lower-case hexadecimal digits.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiDigest -Path C:\Backups\Redis\20260101T020000Z\dump.rdb -Expected $digest
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Expected
    )

    if ((Get-WinPathKind -Path $Path) -ne 'File') {
        throw "Expected the file '$Path', found none."
    }
    $found = Get-WinFileHash -Path $Path
    if ($found -cne $Expected) {
        throw "Expected SHA-256 $Expected of '$Path', found $found."
    }
}
