function ConvertTo-MemuraiHealthMetricText {
    <#
    .SYNOPSIS
        Returns the samples of a health check in the text format of Prometheus.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings,
        [Parameter(Mandatory = $true)][pscustomobject[]]$Samples
    )

    $texts = foreach ($metric in $Settings.Metrics) {
        $own = @(foreach ($sample in $Samples) {
                if ($sample.Name -ceq $metric.Name) {
                    $labels = [ordered]@{ instance_name = $Settings.ServiceName }
                    if ($null -ne $metric.Label) {
                        $labels[$metric.Label] = $sample.Label
                    }
                    @{ Labels = $labels; Value = $sample.Value }
                }
            })
        ConvertTo-MemuraiMetricText -Name $metric.Name -Type $metric.Kind -Help $metric.Meaning -Samples $own
    }
    return (@($texts) -join "`n") + "`n"
}
