function ConvertTo-WinTimeText {
    <#
    .SYNOPSIS
        Returns a time in UTC as ISO 8601 text.

    .PARAMETER Time
        The time, local or UTC by its kind.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-WinTimeText -Time ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [datetime]$Time
    )

    return $Time.ToUniversalTime().ToString('o', [cultureinfo]::InvariantCulture)
}
