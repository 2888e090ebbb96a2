function Invoke-MemuraiRestore {
    <#
    .SYNOPSIS
        Carries out the change of a restore, as Invoke-WinChange does, while no backup is taken.

    .DESCRIPTION
        The event 1031 tells why one failed.

    .PARAMETER BackupFolder
        Absolute path of the folder of the backups.

    .PARAMETER Name
        As of Invoke-WinChange.

    .PARAMETER Folder
        As of Invoke-WinChange.

    .PARAMETER Steps
        As of Invoke-WinChange.

    .PARAMETER Afterwards
        As of Invoke-WinChange.

    .PARAMETER KeptSecrets
        As of Invoke-WinChange.

    .OUTPUTS
        [pscustomobject] with the properties of what Invoke-WinChange returns
        Name: name of the change.
        Results: what each step's function returned.
        Warnings: what went wrong afterwards.
        Former: name of the change that was found unfinished and undone; null without one.
        ElapsedMilliseconds: how long it took.

    .EXAMPLE
        Invoke-MemuraiRestore -BackupFolder C:\Backups\Redis -Name Restore -Folder $changes -Steps $steps
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Folder,
        [Parameter(Mandatory = $true)][psobject[]]$Steps,
        [psobject[]]$Afterwards = @(),
        [AllowEmptyCollection()][securestring[]]$KeptSecrets = @()
    )

    $backups = Resolve-WinPath -Path $BackupFolder
    $change = @{
        Name = $Name; Folder = $Folder; Steps = $Steps; Afterwards = $Afterwards; KeptSecrets = $KeptSecrets
    }
    try {
        $lock = Open-MemuraiBackupLock -Folder $backups
        if ($null -eq $lock) {
            throw ("Another run holds the lock '$backups\backup.lock'. Nothing was changed. Restore when the backup " +
                'has ended.')
        }
        try {
            return Invoke-WinChange @change
        }
        finally {
            $lock.Dispose()
        }
    }
    catch {
        $reason = "${Name}: $($_.Exception.GetBaseException().Message)"
    }
    try {
        $null = Write-WinEvent -Source 'MemuraiProduction' -EventId 1031 -EntryType Error -Message $reason
    }
    catch {
        $reason += " The event log could not be told: $($_.Exception.GetBaseException().Message)"
    }
    throw $reason
}
