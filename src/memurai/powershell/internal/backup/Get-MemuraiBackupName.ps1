function Get-MemuraiBackupName {
    <#
    .SYNOPSIS
        Returns the names of the backups in a folder, newest first.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder
    )

    if ((Get-WinPathKind -Path $Folder) -ne 'Directory') {
        return
    }
    # The names are times, so that their order is that of time.
    $names = [string[]]@(foreach ($path in [IO.Directory]::GetDirectories($Folder)) {
            $name = [IO.Path]::GetFileName($path)
            if ($name -cmatch '^\d{8}T\d{6}Z$') {
                $name
            }
        })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    [Array]::Reverse($names)
    return $names
}
