function Get-WinProtectedFolder {
    <#
    .SYNOPSIS
        Returns the folders that are never removed: Windows, Program Files, ProgramData and Users.

    .OUTPUTS
        [string[]]

    .EXAMPLE
        Get-WinProtectedFolder
    #>
    [CmdletBinding()]
    [OutputType([string[]])]
    param()

    # Not from environment variables, which a request may change.
    foreach ($name in 'Windows', 'System', 'ProgramFiles', 'ProgramFilesX86', 'CommonApplicationData') {
        [Environment]::GetFolderPath($name)
    }
    $key = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
    [string](Get-WinRegistryValue -Key $key -Name ProfilesDirectory).Value
}
