function Copy-MemuraiOpenFile {
    <#
    .SYNOPSIS
        Copies a file that a server may replace at any time, and makes sure that the copy is on the disk.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER Destination
        Full path of the copy, where nothing is.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiOpenFile -Path C:\ProgramData\Memurai\data\dump.rdb -Destination $copy
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination
    )

    # Sharing everything: the server could not rename its next snapshot over a file that is open otherwise.
    $share = [IO.FileShare]'ReadWrite, Delete'
    $source = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        $target = [IO.FileStream]::new($Destination, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write)
        try {
            $source.CopyTo($target)
            $target.Flush($true)
        }
        finally {
            $target.Dispose()
        }
    }
    finally {
        $source.Dispose()
    }
}
