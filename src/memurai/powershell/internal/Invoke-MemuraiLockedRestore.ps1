function Invoke-MemuraiLockedRestore {
    <#
    .SYNOPSIS
        Restores a backup while no backup is taken.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiLockedRestore -Restore $restore
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $lock = Open-MemuraiBackupLock -Folder $Restore.Folder
    if ($null -eq $lock) {
        throw ("Another run holds the lock '$($Restore.Folder)\backup.lock'. Nothing was changed. Restore when the " +
            'backup has ended.')
    }
    try {
        Invoke-MemuraiRestore -Restore $Restore
    }
    finally {
        $lock.Dispose()
    }
}
