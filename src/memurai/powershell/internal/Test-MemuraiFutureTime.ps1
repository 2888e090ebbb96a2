function Test-MemuraiFutureTime {
    <#
    .SYNOPSIS
        Returns whether a time is so far in the future that a clock was wrong, or is.

    .PARAMETER Time
        The time in UTC.

    .PARAMETER Now
        The present time in UTC.

    .OUTPUTS
        [bool]

    .EXAMPLE
        Test-MemuraiFutureTime -Time $taken -Now ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [datetime]$Time,

        [Parameter(Mandatory = $true)]
        [datetime]$Now
    )

    # As much as Kerberos lets the clocks of a domain differ.
    return $Time -gt $Now.AddMinutes(5)
}
