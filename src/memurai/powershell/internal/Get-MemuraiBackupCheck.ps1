function Get-MemuraiBackupCheck {
    <#
    .SYNOPSIS
        Judges how old the newest good backup is, and how long ago one was proven.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiBackupCheck -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    if (-not $Health.Settings.BackupEnabled) {
        foreach ($name in 'backup', 'rehearsal') {
            $off = @{ Name = $name; Status = 'ok'; Value = 'none are taken'; Advice = 'Nothing.' }
            ConvertTo-MemuraiCheck @off -Expected 'none, as memurai_backup.enabled says'
        }
        return
    }
    try {
        $backups = Get-MemuraiBackupFact -Folder $Health.Settings.BackupFolder -Now $Health.Time
    }
    catch {
        # What cannot be read proves nothing; the other checks go on.
        $unread = @{ Status = 'critical'; Value = $_.Exception.Message; Expected = 'backups whose records can be read' }
        ConvertTo-MemuraiCheck -Name backup @unread -Advice 'Take a new backup: start its scheduled task.'
        ConvertTo-MemuraiCheck -Name rehearsal @unread -Advice 'Take a new backup: start its scheduled task.'
        return
    }
    Get-MemuraiBackupAgeCheck -Health $Health -Backups $backups
    Get-MemuraiRehearsalAgeCheck -Health $Health -Backups $backups
}
