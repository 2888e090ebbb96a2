function ConvertFrom-MemuraiTimeText {
    <#
    .SYNOPSIS
        Returns the time that an ISO 8601 text in UTC stands for.
    #>
    [CmdletBinding()]
    [OutputType([datetime])]
    param(
        [Parameter(Mandatory = $true)][string]$Text
    )

    $time = [datetime]::MinValue
    $styles = [Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
    $isTime = [datetime]::TryParse($Text, [Globalization.CultureInfo]::InvariantCulture, $styles, [ref]$time)
    if (-not $isTime) {
        throw "Expected a time such as 2025-01-31T02:00:00Z, found '$Text'. Have the file it is from written anew."
    }
    return $time
}
