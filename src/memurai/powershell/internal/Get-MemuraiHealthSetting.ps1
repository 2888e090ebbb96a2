function Get-MemuraiHealthSetting {
    <#
    .SYNOPSIS
        Returns the settings of the health check.

    .PARAMETER Path
        Absolute path of their JSON file.

    .OUTPUTS
        [pscustomobject]

    .EXAMPLE
        Get-MemuraiHealthSetting -Path C:\ProgramData\Memurai\jobs\health.json
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $names = @(
        'CliPath', 'Address', 'Port', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile', 'SecretPath', 'ServiceName'
        'DataFolder', 'BackupFolder', 'BackupEnabled', 'AppendOnly', 'MetricsFolder', 'EventSource', 'StatePath'
        'MemoryWarningPercent', 'MemoryCriticalPercent', 'FragmentationWarningRatio', 'HitRateWarningPercent'
        'ClientsWarningPercent', 'BlockedClientsWarning', 'ReplicationLagWarningSeconds', 'SlowlogGrowthWarning'
        'BackupAgeWarningHours', 'BackupAgeCriticalHours', 'RehearsalAgeWarningHours', 'DiskFreeWarningPercent'
        'DiskFreeCriticalPercent'
    )
    $settings = Read-MemuraiJsonFile -Path $Path -Name $names
    if ($null -eq $settings) {
        throw "Expected the settings of the health check at '$Path', found no such file. Deploy, or correct the path."
    }
    return $settings
}
