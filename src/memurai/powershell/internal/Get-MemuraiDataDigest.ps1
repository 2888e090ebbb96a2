function Get-MemuraiDataDigest {
    <#
    .SYNOPSIS
        Returns path and SHA-256 of every file of a server's data, a line each.

    .PARAMETER Path
        Full path of the folder it is in.

    .PARAMETER Name
        Names of its files and folders there; those that are not there are passed over.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiDataDigest -Path C:\ProgramData\Memurai\data -Name dump.rdb, appendonlydir
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string[]]$Name
    )

    $lines = foreach ($item in $Name) {
        $full = [IO.Path]::Combine($Path, $item)
        $files = switch (Get-WinPathKind -Path $full) {
            'File' { $full }
            'Directory' { [IO.Directory]::GetFiles($full, '*', [IO.SearchOption]::AllDirectories) }
        }
        foreach ($file in $files) {
            "$($file.Substring($Path.Length)) $(Get-WinFileHash -Path $file)"
        }
    }
    return @($lines | Sort-Object) -join "`n"
}
