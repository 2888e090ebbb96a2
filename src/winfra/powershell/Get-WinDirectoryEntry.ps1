function Get-WinDirectoryEntry {
    <#
    .SYNOPSIS
        Lists what stands in a directory, not what is further down.

    .PARAMETER Path
        Absolute path of the directory, which may be missing.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the directory.
        Entries: by name, objects with Name and Kind (File, Directory or Link: a directory that is another place's);
            empty when there is no such directory.
        IsComplete: false when there are more than the thousand listed.

    .EXAMPLE
        Get-WinDirectoryEntry -Path C:\ProgramData\Memurai\data
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path
    )

    $limit = 1000
    $full = Resolve-WinPath -Path $Path
    $found = @()
    if ((Get-WinPathKind -Path $full) -eq 'Directory') {
        # One more than is listed tells whether there are more; a directory of millions is not read to its end.
        $found = @([IO.DirectoryInfo]::new($full).EnumerateFileSystemInfos() | Select-Object -First ($limit + 1))
    }
    $entries = foreach ($item in ($found | Select-Object -First $limit | Sort-Object -Property Name)) {
        $kind = 'File'
        if (($item.Attributes -band [IO.FileAttributes]::Directory) -ne 0) {
            $kind = 'Directory'
            # Of a file this says little: to Windows a deduplicated one is such a link, too.
            if (($item.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) {
                $kind = 'Link'
            }
        }
        [pscustomobject]@{ Name = $item.Name; Kind = $kind }
    }
    return [pscustomobject]@{
        Path       = $full
        Entries    = @($entries | Where-Object -FilterScript { $null -ne $_ })
        IsComplete = $found.Length -le $limit
    }
}
