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
    $service = Get-WinService -Name $Restore.ServiceName
    # A server that still runs has its data: that one was interrupted before it was stopped.
    $Restore.WasInterrupted = $service.StartType -eq 'Disabled' -and $service.State -ne 'Running' -and
    (Get-WinPathKind -Path $Restore.Stage) -eq 'Directory'
    $Restore.IsDisabled = $Restore.WasInterrupted
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
