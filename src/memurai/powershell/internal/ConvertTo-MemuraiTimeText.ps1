function ConvertTo-MemuraiTimeText {
    <#
    .SYNOPSIS
        Returns the ISO 8601 text in UTC of a time that a server counts in seconds.

    .PARAMETER Seconds
        Seconds since 1970.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-MemuraiTimeText -Seconds 1738288800
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [long]$Seconds
    )

    return ConvertTo-WinTimeText -Time ([DateTimeOffset]::FromUnixTimeSeconds($Seconds).UtcDateTime)
}
