function Get-MemuraiNumber {
    <#
    .SYNOPSIS
        Returns a field of INFO as a number, and nothing when the server did not report it.

    .PARAMETER Information
        The fields of INFO by name.

    .PARAMETER Name
        Name of the field.

    .OUTPUTS
        [long] or [double]

    .EXAMPLE
        Get-MemuraiNumber -Information $fields -Name used_memory
    #>
    [CmdletBinding()]
    [OutputType([long], [double])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Information,

        [Parameter(Mandatory = $true)]
        [string]$Name
    )

    $text = $Information[$Name]
    if ($null -eq $text) {
        return
    }
    if ($text.Contains('.')) {
        return [double]::Parse($text, [Globalization.CultureInfo]::InvariantCulture)
    }
    return [long]::Parse($text, [Globalization.CultureInfo]::InvariantCulture)
}
