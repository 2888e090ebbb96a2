function Get-MemuraiHealthFact {
    <#
    .SYNOPSIS
        Returns what the health check judges, and what the last one remembered.

    .PARAMETER Settings
        Settings of the health check.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Get-MemuraiHealthFact -Settings $settings
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [pscustomobject]$Settings
    )

    $server = Get-MemuraiJobServer -Settings $Settings -TimeoutSeconds 10
    $service = Get-WinServiceInstance -Name $Settings.ServiceName
    $ping = Get-MemuraiAnswer -Server $server -Arguments PING
    $info = Get-MemuraiAnswer -Server $server -Arguments INFO
    # A server that loads its data or cannot write answers an error to PING, and INFO all the same.
    $information = ConvertFrom-MemuraiInformation -Text $(if ($info.IsAnswer) { $info.Text } else { '' })
    $missing = @(Get-MemuraiMissingField -Information $information)
    $names = 'RunId', 'SlowLogEntries', 'RejectedConnections', 'Status'
    $last = Read-MemuraiJsonFile -Path $Settings.StatePath -Name $names
    if ($null -eq $last) {
        $last = [pscustomobject]@{ RunId = $null; SlowLogEntries = $null; RejectedConnections = $null; Status = 'ok' }
    }
    $health = @{
        Settings    = $Settings
        Service     = $(if ($null -eq $service) { 'absent' } else { Get-WinServiceState -Service $service })
        Ping        = $ping.Text.Trim()
        Info        = 'answered'
        Information = $information
        SlowLog     = $null
        Last        = $last
        Volumes     = @(Get-MemuraiVolume -Path $Settings.DataFolder, $Settings.BackupFolder)
        Time        = [DateTime]::UtcNow
    }
    if (-not $info.IsAnswer) {
        $health.Info = $info.Text.Trim()
    }
    elseif ($missing.Length -gt 0) {
        $health.Info = "no $($missing -join ', ')"
    }
    # Part of an answer is none: a check that lacks its figures would be wrong.
    if ($health.Info -cne 'answered') {
        $health.Information = @{}
    }
    else {
        $health.SlowLog = Get-MemuraiSlowLogCount -Server $server -Health $health
    }
    return $health
}
