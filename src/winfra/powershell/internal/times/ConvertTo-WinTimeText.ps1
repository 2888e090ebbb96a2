function ConvertTo-WinTimeText {
    <#
    .SYNOPSIS
        Returns a time in UTC as ISO 8601 text.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][datetime]$Time
    )

    return $Time.ToUniversalTime().ToString('o', [cultureinfo]::InvariantCulture)
}
