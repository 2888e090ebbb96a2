function Test-MemuraiFutureTime {
    <#
    .SYNOPSIS
        Returns whether a time is so far in the future that a clock was wrong, or is.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)][datetime]$Time,
        [Parameter(Mandatory = $true)][datetime]$Now
    )

    # As much as Kerberos lets the clocks of a domain differ.
    return $Time -gt $Now.AddMinutes(5)
}
