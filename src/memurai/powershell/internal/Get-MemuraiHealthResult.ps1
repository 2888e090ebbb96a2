function Get-MemuraiHealthResult {
    <#
    .SYNOPSIS
        Returns the results of all health checks; those that need a server are left out when it does not answer INFO.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiHealthResult -Health $health -Metrics $metrics
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics
    )

    Get-MemuraiServerCheck -Health $Health
    # The check of the server is critical then: one cause, one finding.
    if ($Health.Information.get_Count() -gt 0) {
        Get-MemuraiMemoryCheck -Health $Health -Metrics $Metrics
        Get-MemuraiHitRateCheck -Health $Health -Metrics $Metrics
        Get-MemuraiPersistenceCheck -Health $Health
        Get-MemuraiClientCheck -Health $Health -Metrics $Metrics
        Get-MemuraiReplicationCheck -Health $Health -Metrics $Metrics
        Get-MemuraiSlowLogCheck -Health $Health
    }
    Get-MemuraiBackupCheck -Health $Health
    Get-MemuraiDiskCheck -Health $Health
}
