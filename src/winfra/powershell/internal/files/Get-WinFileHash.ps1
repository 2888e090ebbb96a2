function Get-WinFileHash {
    <#
    .SYNOPSIS
        Returns the SHA-256 of a file in lower-case hexadecimal digits.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    $share = [IO.FileShare]'ReadWrite, Delete'
    $stream = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        # Unlike SHA256.Create() this class is there under the FIPS policy too.
        $algorithm = [Security.Cryptography.SHA256CryptoServiceProvider]::new()
        try {
            $digest = $algorithm.ComputeHash($stream)
        }
        finally {
            $algorithm.Dispose()
        }
    }
    finally {
        $stream.Dispose()
    }
    return [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
}
