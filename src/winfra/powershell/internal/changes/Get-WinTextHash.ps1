function Get-WinTextHash {
    <#
    .SYNOPSIS
        Returns the SHA-256 of a text in UTF-8, in lower-case hexadecimal digits.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Text
    )

    # Unlike SHA256.Create() this class is there under the FIPS policy too.
    $algorithm = [Security.Cryptography.SHA256CryptoServiceProvider]::new()
    try {
        $digest = $algorithm.ComputeHash([Text.Encoding]::UTF8.GetBytes($Text))
    }
    finally {
        $algorithm.Dispose()
    }
    return [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
}
