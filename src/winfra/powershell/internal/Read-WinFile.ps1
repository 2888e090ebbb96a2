function Read-WinFile {
    <#
    .SYNOPSIS
        Returns the bytes of a file that other processes may have open.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER MaximumBytes
        Size in bytes above which the file is not read.

    .OUTPUTS
        [byte[]]

    .EXAMPLE
        Read-WinFile -Path C:\ProgramData\Memurai\memurai.conf -MaximumBytes 1048576
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [long]$MaximumBytes
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
