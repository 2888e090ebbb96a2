function Get-WinDirectorySize {
    <#
    .SYNOPSIS
        Adds up the sizes of all files in a directory and below it.

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
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Path
    )

    $full = Resolve-WinPath -Path $Path
    $size = [long]0
    if ((Get-WinPathKind -Path $full) -eq 'Directory') {
        # The sizes come with the listing: a file may be gone by the time it would be asked for its own.
        foreach ($file in [IO.DirectoryInfo]::new($full).GetFiles('*', [IO.SearchOption]::AllDirectories)) {
            $size += $file.Length
        }
    }
    return [pscustomobject]@{ Path = $full; SizeBytes = $size }
}
