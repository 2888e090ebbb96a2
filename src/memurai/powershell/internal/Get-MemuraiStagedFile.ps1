function Get-MemuraiStagedFile {
    <#
    .SYNOPSIS
        Returns the full paths of staged files beside a file: <file>.staged, <file>.<8 digits>.staged.

    .PARAMETER Path
        Full path of the file.

    .OUTPUTS
        [string]

    .EXAMPLE
        $left = @(Get-MemuraiStagedFile -Path $target)
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $folder = [IO.Path]::GetDirectoryName($Path)
    if ((Get-WinPathKind -Path $folder) -ne 'Directory') {
        return
    }
    $pattern = "^$([regex]::Escape([IO.Path]::GetFileName($Path)))(\.[0-9a-f]{8})?\.staged$"
    foreach ($file in [IO.Directory]::GetFiles($folder)) {
        if ([IO.Path]::GetFileName($file) -match $pattern) {
            $file
        }
    }
}
