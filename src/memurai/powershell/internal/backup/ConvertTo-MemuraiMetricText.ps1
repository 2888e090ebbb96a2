function ConvertTo-MemuraiMetricText {
    <#
    .SYNOPSIS
        Returns one metric in the text format of Prometheus; nothing when it has no sample.
    #>
    # The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][ValidateSet('gauge', 'counter')][string]$Type,
        [Parameter(Mandatory = $true)][string]$Help,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][hashtable[]]$Samples
    )

    $lines = @(foreach ($sample in $Samples) {
            if ($null -ne $sample.Value) {
                $labels = @(foreach ($label in $sample.Labels.get_Keys()) {
                        $text = "$($sample.Labels[$label])".Replace('\', '\\').Replace('"', '\"').Replace("`n", '\n')
                        "$label=`"$text`""
                    })
                # Text made by interpolation does not depend on the culture.
                "$Name{$($labels -join ',')} $($sample.Value)"
            }
        })
    if ($lines.Length -gt 0) {
        $meaning = $Help.Replace('\', '\\').Replace("`n", '\n')
        return @("# HELP $Name $meaning", "# TYPE $Name $Type") + $lines -join "`n"
    }
}
