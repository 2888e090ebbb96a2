function ConvertTo-WinMinuteCount {
    <#
    .SYNOPSIS
        Returns a duration of the Task Scheduler in minutes, 0 for none; null when these are no whole minutes.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Duration
    )

    if ($Duration.Length -eq 0) {
        return 0
    }
    $minutes = [Xml.XmlConvert]::ToTimeSpan($Duration).TotalMinutes
    if ($minutes -ne [Math]::Floor($minutes)) {
        return $null
    }
    return [int]$minutes
}
