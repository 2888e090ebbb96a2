function Resolve-WinPath {
    <#
    .SYNOPSIS
        Returns an absolute path in its full form, with backslashes.
    #>
    # .NET resolves relative paths against the current directory of the process, which is not PowerShell's location.
    # Hence only absolute paths are taken: a drive and a path, or a share.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    # A device path such as \\?\C:\ would get past the checks of protected folders.
    if ($Path -notmatch '^([A-Za-z]:[\\/]|[\\/]{2}[^\\/?.])') {
        throw "Expected an absolute path such as C:\ProgramData\Memurai, found '$Path'. Give drive and path."
    }
    $full = [IO.Path]::GetFullPath($Path)
    if ($full -eq [IO.Path]::GetPathRoot($full)) {
        return $full
    }
    return $full.TrimEnd('\')
}
