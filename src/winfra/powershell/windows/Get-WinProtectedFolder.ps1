function Get-WinProtectedFolder {
    <#
    .SYNOPSIS
        Lists the folders that are never removed: Windows, Program Files, ProgramData and Users.

    .OUTPUTS
        [pscustomobject] with the properties
        Paths: their full paths.

    .EXAMPLE
        Get-WinProtectedFolder
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param()

    # Not from environment variables, which a request may change.
    $paths = @(foreach ($name in 'Windows', 'System', 'ProgramFiles', 'ProgramFilesX86', 'CommonApplicationData') {
            [Environment]::GetFolderPath($name)
        })
    $key = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
    return [pscustomobject]@{
        Paths = @($paths + [string](Get-WinRegistryValue -Key $key -Name ProfilesDirectory).Value)
    }
}
