function ConvertTo-MemuraiHealthMetricText {
    <#
    .SYNOPSIS
        Returns the figures and results of a health check in the text format of Prometheus.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .PARAMETER Checks
        The results.

    .PARAMETER Status
        The worst of them.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-MemuraiHealthMetricText -Health $health -Metrics $metrics -Checks $checks -Status ok
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics,

        [Parameter(Mandatory = $true)]
        [pscustomobject[]]$Checks,

        [Parameter(Mandatory = $true)]
        [string]$Status
    )

    $numbers = @{ ok = 0; warning = 1; critical = 2 }
    $instance = $Health.Settings.ServiceName
    $own = [ordered]@{ instance_name = $instance }
    $judged = @(foreach ($check in $Checks) {
            @{ Labels = [ordered]@{ instance_name = $instance; check = $check.Name }; Value = $numbers[$check.Status] }
        })
    $free = @(foreach ($volume in $Metrics.Volumes) {
            @{ Labels = [ordered]@{ instance_name = $instance; volume = $volume.Volume }; Value = $volume.FreeBytes }
        })
    $size = @(foreach ($volume in $Metrics.Volumes) {
            @{ Labels = [ordered]@{ instance_name = $instance; volume = $volume.Volume }; Value = $volume.SizeBytes }
        })
    $time = @{ Labels = $own; Value = [DateTimeOffset]::new($Health.Time).ToUnixTimeSeconds() }
    $worst = @{ Labels = $own; Value = $numbers[$Status] }
    $meaning = '0 ok, 1 warning, 2 critical.'
    $tables = @(
        @{ Name = 'health_check_timestamp_seconds'; Type = 'gauge'; Help = 'Time of the last check.'; Samples = $time }
        @{ Name = 'health_status'; Type = 'gauge'; Help = "Worst result of all checks: $meaning"; Samples = $worst }
        @{ Name = 'health_check'; Type = 'gauge'; Help = "Result of a check: $meaning"; Samples = $judged }
        @{ Name = 'disk_free_bytes'; Type = 'gauge'; Help = 'Free space of a drive in use.'; Samples = $free }
        @{ Name = 'disk_size_bytes'; Type = 'gauge'; Help = 'Size of a drive in use.'; Samples = $size }
        foreach ($row in Get-MemuraiMetricDefinition) {
            $sample = @{ Labels = $own; Value = $Metrics.($row.Property) }
            @{ Name = $row.Name; Type = $row.Type; Help = $row.Help; Samples = $sample }
        }
    )
    $texts = foreach ($table in $tables) {
        $metric = @{ Name = "memurai_$($table.Name)"; Help = $table.Help; Samples = $table.Samples }
        ConvertTo-MemuraiMetricText @metric -Type $table.Type
    }
    return (@($texts) -join "`n") + "`n"
}
