function Copy-WinFile {
    <#
    .SYNOPSIS
        Copies a file, which others may have open, and returns when the disk has the copy; another one is overwritten.

    .PARAMETER Path
        Absolute path of the file.

    .PARAMETER Destination
        Absolute path of the copy, its name included.

    .PARAMETER Sha256
        SHA-256 that the copy must have, in hexadecimal digits. Not given, it is not compared.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the file.
        Destination: full path of the copy.

    .EXAMPLE
        Copy-WinFile -Path C:\ProgramData\Memurai\memurai.conf -Destination C:\ProgramData\Memurai\memurai.conf.good
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Destination,
        [ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256
    )

    $source = Resolve-WinPath -Path $Path
    $target = Resolve-WinPath -Path $Destination
    $kind = Get-WinPathKind -Path $source
    if ($kind -ne 'File') {
        throw "Expected a file to copy at '$source', found: $kind. Correct the path."
    }
    if ((Get-WinPathKind -Path $target) -eq 'Directory') {
        throw "Expected a file or nothing at '$target', found a directory. Give the name of the copy too."
    }
    if ($PSCmdlet.ShouldProcess($target, "Copy $source")) {
        # Sharing everything: a server could not rename its next snapshot over a file that is open otherwise.
        $share = [IO.FileShare]'ReadWrite, Delete'
        $file = [IO.FileStream]::new($source, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
        try {
            $copy = [IO.FileStream]::new($target, [IO.FileMode]::Create, [IO.FileAccess]::Write)
            try {
                $file.CopyTo($copy)
                $copy.Flush($true)
            }
            finally {
                $copy.Dispose()
            }
        }
        finally {
            $file.Dispose()
        }
        $found = $(if ($Sha256.Length -gt 0) { Get-WinFileHash -Path $target } else { $Sha256 })
        if ($found -ne $Sha256) {
            throw "Expected SHA-256 $($Sha256.ToLowerInvariant()) of the copy '$target', found $found. Check the disk."
        }
    }
    return [pscustomobject]@{ Path = $source; Destination = $target }
}
