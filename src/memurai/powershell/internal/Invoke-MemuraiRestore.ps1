function Invoke-MemuraiRestore {
    <#
    .SYNOPSIS
        Goes through the steps of Restore-MemuraiBackup once the lock is held; the number of keys is set in its table.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiRestore -Restore $restore
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $written = Get-MemuraiRestorableKeyCount -Restore $Restore
    Assert-MemuraiRestore -Restore $Restore
    try {
        Copy-MemuraiRestoreStage -Restore $Restore
        Complete-MemuraiRestore -Restore $Restore -Written $written
    }
    finally {
        # With a disabled service it tells of a restore that was interrupted.
        if (-not $Restore.IsDisabled) {
            $null = Remove-WinItem -Path $Restore.Stage -Recurse $true
        }
    }
}
