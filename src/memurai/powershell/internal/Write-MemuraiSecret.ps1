function Write-MemuraiSecret {
    <#
    .SYNOPSIS
        Writes a secret text into a file of its own, in UTF-8, and returns the file's SHA-256.

    .PARAMETER Path
        Full path of the file, in a folder that is private.

    .PARAMETER Content
        The text.

    .OUTPUTS
        [string], in hexadecimal digits.

    .EXAMPLE
        $digest = Write-MemuraiSecret -Path $staged -Content $text
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [securestring]$Content
    )

    $bytes = [Text.UTF8Encoding]::new($false).GetBytes([Net.NetworkCredential]::new('', $Content).Password)
    $file = [IO.FileStream]::new($Path, [IO.FileMode]::Create, [IO.FileAccess]::Write, [IO.FileShare]::None)
    try {
        $file.Write($bytes, 0, $bytes.Length)
        # On the disk before it takes another file's place.
        $file.Flush($true)
    }
    finally {
        $file.Dispose()
    }
    return Get-WinFileHash -Path $Path
}
