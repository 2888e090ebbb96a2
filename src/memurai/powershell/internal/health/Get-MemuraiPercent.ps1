function Get-MemuraiPercent {
    <#
    .SYNOPSIS
        Returns a share in whole percent, 0 of nothing.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)][decimal]$Part,
        [Parameter(Mandatory = $true)][decimal]$Whole
    )

    if ($Whole -eq 0) {
        return [long]0
    }
    return [long][Math]::Floor(100 * $Part / $Whole)
}
