function Get-MemuraiGrowth {
    <#
    .SYNOPSIS
        Returns by how much a counter of the server grew since the last health check; nothing at the first one.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Name
        Name of the counter among what the last check remembered.

    .PARAMETER Count
        Its present value.

    .OUTPUTS
        [long]

    .EXAMPLE
        Get-MemuraiGrowth -Health $health -Name RejectedConnections -Count 12
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [long]$Count
    )

    $former = $Health.Last.$Name
    if ($null -eq $former) {
        return
    }
    # A server that was restarted, or told to forget its statistics, counts from nothing again.
    if ($Health.Last.RunId -cne $Health.Information['run_id'] -or $Count -lt $former) {
        return $Count
    }
    return $Count - $former
}
