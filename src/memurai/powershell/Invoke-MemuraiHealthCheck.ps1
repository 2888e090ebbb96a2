function Invoke-MemuraiHealthCheck {
    <#
    .SYNOPSIS
        Judges the health of a server, its host's drives and its backups.

    .DESCRIPTION
        The figures are written as metrics for Prometheus, whether the server answers or not. An event is written when
        the status is another than at the last check (of which a file tells, as of the counters whose growth is
        judged). When the server does not answer INFO, ping is critical and the checks that need it are left out.

    .PARAMETER SettingsPath
        Absolute path of the JSON file with the settings: CliPath, Address, Port, User, TlsCaFile, TlsCertFile,
        TlsKeyFile, SecretPath, ServiceName, DataFolder, BackupFolder, BackupEnabled, AppendOnly, MetricsFolder,
        EventSource, StatePath, and the figures of memurai_monitoring, their names in PascalCase.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: 0 when all is well, 1 when something is critical, 2 when something is worth a warning.
        Status: ok, warning or critical.
        Text: the results as people read them.
        Checks: objects with Name, Status, Value and Message.
        Metrics: the figures; null for what is not known, and Volumes, objects with Volume, SizeBytes and FreeBytes.

    .EXAMPLE
        Invoke-MemuraiHealthCheck -SettingsPath C:\ProgramData\Memurai\jobs\health.json
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$SettingsPath
    )

    $settings = Get-MemuraiHealthSetting -Path $SettingsPath
    $health = Get-MemuraiHealthFact -Settings $settings
    $metrics = Get-MemuraiHealthMetric -Health $health
    $checks = @(Get-MemuraiHealthResult -Health $health -Metrics $metrics)
    $found = @($checks | ForEach-Object -Process { $_.Status })
    $status = Get-MemuraiStatus -IsCritical ($found -contains 'critical') -IsWarning ($found -contains 'warning')
    $result = @{ Checks = $checks; Status = $status; Health = $health }
    $text = ConvertTo-MemuraiHealthText @result
    $place = Save-MemuraiHealthMetric -Settings $settings -Text (
        ConvertTo-MemuraiHealthMetricText @result -Metrics $metrics)
    # Before the state is kept: an event that could not be written is written by the next check.
    Send-MemuraiHealthEvent -Health $health -Status $status -Text $text
    Save-MemuraiHealthState -Health $health -Metrics $metrics -Status $status
    return [pscustomobject]@{
        ExitCode = @{ ok = 0; critical = 1; warning = 2 }[$status]
        Status   = $status
        Text     = "$text`n$place"
        Checks   = $checks
        Metrics  = $metrics
    }
}
