function Read-WinFile {
    <#
    .SYNOPSIS
        Returns the bytes of a file that other processes may have open.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][long]$MaximumBytes
    )

    $share = [IO.FileShare]'ReadWrite, Delete'
    $stream = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        if ($stream.Length -gt $MaximumBytes) {
            throw "Expected at most $MaximumBytes bytes in '$Path', found $($stream.Length). Read it in parts."
        }
        $content = [IO.MemoryStream]::new()
        $stream.CopyTo($content)
        # The comma keeps the array whole: a function's output is unrolled once.
        return , $content.ToArray()
    }
    finally {
        $stream.Dispose()
    }
}
