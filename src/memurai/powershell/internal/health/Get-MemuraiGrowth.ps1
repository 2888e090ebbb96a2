function Get-MemuraiGrowth {
    <#
    .SYNOPSIS
        Returns by how much a counter of the server grew since the last health check; null at the first one.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][hashtable]$Last,
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][long]$Count
    )

    $former = $Last[$Name]
    if ($null -eq $former) {
        return $null
    }
    # A server that was restarted, or told to forget its statistics, counts from nothing again.
    if ($Last.RunId -cne $Facts['run_id'] -or $Count -lt $former) {
        return $Count
    }
    return $Count - $former
}
