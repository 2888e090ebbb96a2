function Get-MemuraiMetricSample {
    <#
    .SYNOPSIS
        Returns the samples of the metrics; what is not known has none.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject[]]$Metrics,
        [Parameter(Mandatory = $true)][hashtable]$Facts
    )

    foreach ($metric in $Metrics) {
        $fact = $Facts[$metric.Fact]
        $values = $(if ($null -ne $metric.Label) { $fact } else { @{ '' = $fact } })
        foreach ($label in $values.get_Keys()) {
            $value = $values[$label]
            if ($null -ne $value) {
                $number = $(if ($null -ne $metric.Is) { [int]("$value" -ceq $metric.Is) } else { [decimal]$value })
                [pscustomobject]@{ Name = $metric.Name; Label = $label; Value = $number }
            }
        }
    }
}
