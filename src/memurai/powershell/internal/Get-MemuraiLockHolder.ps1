function Get-MemuraiLockHolder {
    <#
    .SYNOPSIS
        Returns who holds a lock since when, or an empty text when that can't be read.

    .PARAMETER Path
        Full path of the lock's file.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiLockHolder -Path C:\ProgramData\Memurai\config\memurai-production.conf.lock
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $share = [IO.FileShare]'ReadWrite, Delete'
    try {
        $stream = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
        try {
            return [IO.StreamReader]::new($stream, [Text.Encoding]::UTF8).ReadToEnd()
        }
        finally {
            $stream.Dispose()
        }
    }
    catch [IO.IOException], [UnauthorizedAccessException] {
        # The caller then tells its own error.
        return ''
    }
}
