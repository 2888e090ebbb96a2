function Get-MemuraiDiskCheck {
    <#
    .SYNOPSIS
        Judges how much room is left on the drives.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiDiskCheck -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $settings = $Health.Settings
    $least = [double]100
    $texts = foreach ($volume in $Health.Volumes) {
        $percent = [double]0
        $text = 'is not there'
        if ($null -ne $volume.SizeBytes) {
            $percent = 100 * $volume.FreeBytes / $volume.SizeBytes
            $text = "$([Math]::Floor($percent)) % free"
        }
        $least = [Math]::Min($least, $percent)
        "$($volume.Volume) $text"
    }
    $status = @{
        IsCritical = $least -lt $settings.DiskFreeCriticalPercent
        IsWarning  = $least -lt $settings.DiskFreeWarningPercent
    }
    $check = @{
        Name     = 'disk'
        Status   = Get-MemuraiStatus @status
        Value    = @($texts) -join ', '
        Expected = "at least $($settings.DiskFreeWarningPercent) % of each drive free"
        Advice   = ('A full disk ends snapshots, the append-only file and backups. Free some room, enlarge the ' +
            'drive, keep fewer backups (memurai_backup.keep_days, keep_at_most).')
    }
    ConvertTo-MemuraiCheck @check
}
