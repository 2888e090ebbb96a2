function Get-WinDirectorySize {
    <#
    .SYNOPSIS
        Adds up the sizes of all files in a directory and below it, but not behind links.

    .PARAMETER Path
        Absolute path of the directory, which may be missing.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the directory.
        SizeBytes: sum of the sizes; 0 when there is no such directory.

    .EXAMPLE
        Get-WinDirectorySize -Path C:\ProgramData\Memurai\data
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path
    )

    $full = Resolve-WinPath -Path $Path
    $size = [long]0
    if ((Get-WinPathKind -Path $full) -eq 'Directory') {
        $folders = [Collections.Generic.Queue[string]]::new()
        $folders.Enqueue($full)
        while ($folders.get_Count() -gt 0) {
            foreach ($item in [IO.DirectoryInfo]::new($folders.Dequeue()).GetFileSystemInfos()) {
                if (($item.Attributes -band [IO.FileAttributes]::Directory) -eq 0) {
                    # Of a file that is open the listing has the size that it had when it was opened.
                    $item.Refresh()
                    if ($item.Exists) {
                        $size += $item.Length
                    }
                }
                elseif (($item.Attributes -band [IO.FileAttributes]::ReparsePoint) -eq 0) {
                    $folders.Enqueue($item.FullName)
                }
            }
        }
    }
    return [pscustomobject]@{ Path = $full; SizeBytes = $size }
}
