function Open-MemuraiBackupLock {
    <#
    .SYNOPSIS
        Opens the lock file for this process alone, and returns nothing when another process has it.
    #>
    [CmdletBinding()]
    [OutputType([IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder
    )

    if ((Get-WinPathKind -Path $Folder) -ne 'Directory') {
        throw "Expected the folder '$Folder' for backups, found none. Deploy again."
    }
    $path = [IO.Path]::Combine($Folder, 'backup.lock')
    try {
        $access = [IO.FileAccess]::ReadWrite
        return [IO.FileStream]::new($path, [IO.FileMode]::OpenOrCreate, $access, [IO.FileShare]::None)
    }
    catch [IO.IOException] {
        # ERROR_SHARING_VIOLATION; nothing else means that somebody has it.
        if ($_.Exception.GetBaseException().HResult -ne -2147024864) {
            throw
        }
    }
}
