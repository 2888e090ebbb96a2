function Get-WinPathKind {
    <#
    .SYNOPSIS
        Returns what stands at a path: Absent, File or Directory.
    #>
    # [IO.File]::Exists also answers false for what may not be read; this function fails then.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    try {
        $attributes = [IO.File]::GetAttributes($Path)
    }
    catch [IO.FileNotFoundException], [IO.DirectoryNotFoundException] {
        return 'Absent'
    }
    if (($attributes -band [IO.FileAttributes]::Directory) -ne 0) {
        return 'Directory'
    }
    return 'File'
}
