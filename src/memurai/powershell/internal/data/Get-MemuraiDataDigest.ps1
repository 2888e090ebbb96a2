function Get-MemuraiDataDigest {
    <#
    .SYNOPSIS
        Returns a line for each file of a server's data: its SHA-256 and, after a blank, its path in the folder.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][string[]]$Names
    )

    foreach ($name in $Names) {
        $full = [IO.Path]::Combine($Path, $name)
        $files = switch (Get-WinPathKind -Path $full) {
            'File' { $full }
            'Directory' { [IO.Directory]::GetFiles($full, '*', [IO.SearchOption]::AllDirectories) | Sort-Object }
        }
        foreach ($file in $files) {
            "$(Get-WinFileHash -Path $file) $($file.Substring($Path.Length))"
        }
    }
}
