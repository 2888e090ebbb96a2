function Test-MemuraiFutureName {
    <#
    .SYNOPSIS
        Returns whether an earlier configuration was kept in the future: the clock was wrong, or is.

    .PARAMETER Name
        Its name, which begins with the time. One that is no time is none that has been.

    .PARAMETER Now
        The present time in UTC.

    .OUTPUTS
        [bool]

    .EXAMPLE
        Test-MemuraiFutureName -Name 20260101T020000123Z-0a1b2c3d.conf -Now ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [datetime]$Now
    )

    $time = [datetime]::MinValue
    # Without the milliseconds behind it: .NET Framework reads no number that follows another one like that.
    $form = "yyyyMMdd'T'HHmmss"
    $culture = [Globalization.CultureInfo]::InvariantCulture
    $styles = [Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
    $isTime = [datetime]::TryParseExact($Name.Substring(0, 15), $form, $culture, $styles, [ref]$time)
    return -not $isTime -or (Test-MemuraiFutureTime -Time $time -Now $Now)
}
