function Get-MemuraiBackupAgeCheck {
    <#
    .SYNOPSIS
        Judges how old the newest good backup is.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Backups
        What is there, from Get-MemuraiBackupFact.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiBackupAgeCheck -Health $health -Backups $backups
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Backups
    )

    $settings = $Health.Settings
    $lastRun = $Backups.LastExitCode
    $isFailed = $null -ne $lastRun -and $lastRun -ne 0
    $value = 'there is none'
    # On a new host the first backup is still to come.
    $isFuture = $Backups.Future.Length -gt 0
    $isCritical = $null -ne $lastRun -or $isFuture
    $isWarning = $true
    if ($null -ne $Backups.TakenUtc) {
        $hours = ($Health.Time - $Backups.TakenUtc).TotalHours
        $value = "$([Math]::Floor($hours)) h old"
        $isCritical = $hours -ge $settings.BackupAgeCriticalHours
        $isWarning = $isFailed -or $isFuture -or $hours -ge $settings.BackupAgeWarningHours
    }
    $check = @{
        Name     = 'backup'
        Status   = Get-MemuraiStatus -IsCritical $isCritical -IsWarning $isWarning
        Value    = $value + $(if ($isFailed) { ", and the last run ended with exit code $lastRun" } else { '' }) +
            (ConvertTo-MemuraiFutureText -Name $Backups.Future)
        Expected = "a good backup younger than $($settings.BackupAgeWarningHours) h in $($settings.BackupFolder)"
        Advice   = ('Why the last run failed is in last-run.json there and in the Application event log (source ' +
            "$($settings.EventSource)). Start its scheduled task to take one now. What has a time in the future says " +
            'nothing: set the clock right, and remove by hand what you need no more.')
    }
    ConvertTo-MemuraiCheck @check
}
