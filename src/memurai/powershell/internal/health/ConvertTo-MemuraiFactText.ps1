function ConvertTo-MemuraiFactText {
    <#
    .SYNOPSIS
        Returns a text in which each name in braces is that fact.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Template
    )

    # The names are what stands between each two of the other parts.
    $parts = $Template -split '\{(\w+)\}'
    for ($place = 1; $place -lt $parts.Length; $place += 2) {
        $parts[$place] = "$($Facts[$parts[$place]])"
    }
    return $parts -join ''
}
