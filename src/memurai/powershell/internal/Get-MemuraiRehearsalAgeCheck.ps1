function Get-MemuraiRehearsalAgeCheck {
    <#
    .SYNOPSIS
        Judges how long ago a backup was proven by a rehearsal.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Backups
        What is there, from Get-MemuraiBackupFact.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiRehearsalAgeCheck -Health $health -Backups $backups
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Backups
    )

    $limit = $Health.Settings.RehearsalAgeWarningHours
    $value = 'there was none'
    $isWarning = $true
    if ($null -ne $Backups.ProvenUtc) {
        $hours = ($Health.Time - $Backups.ProvenUtc).TotalHours
        $value = "the last one that succeeded was $([Math]::Floor($hours)) h ago"
        $isWarning = $Backups.FutureRehearsals.Length -gt 0 -or $hours -ge $limit
    }
    $check = @{
        Name     = 'rehearsal'
        Status   = Get-MemuraiStatus -IsCritical $Backups.IsLastRehearsalFailed -IsWarning $isWarning
        Value    = $value + $(if ($Backups.IsLastRehearsalFailed) { ', and the last one failed' } else { '' }) +
            (ConvertTo-MemuraiFutureText -Name $Backups.FutureRehearsals)
        Expected = "a backup that was loaded into a scratch server less than $limit h ago"
        Advice   = ('A backup that was not tried may be none: why the last rehearsal failed is in the newest ' +
            "rehearsal.json in $($Health.Settings.BackupFolder) and in the Application event log.")
    }
    ConvertTo-MemuraiCheck @check
}
