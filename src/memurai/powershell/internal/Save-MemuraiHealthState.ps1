function Save-MemuraiHealthState {
    <#
    .SYNOPSIS
        Keeps what the next health check compares with.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .PARAMETER Status
        The worst result.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiHealthState -Health $health -Metrics $metrics -Status ok
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics,

        [Parameter(Mandatory = $true)]
        [string]$Status
    )

    # A server that does not answer keeps its counters until it does.
    $state = [pscustomobject]@{
        RunId               = $Health.Last.RunId
        SlowLogEntries      = $Health.Last.SlowLogEntries
        RejectedConnections = $Health.Last.RejectedConnections
        Status              = $Status
    }
    if ($Health.Information.get_Count() -gt 0) {
        $state.RunId = $Health.Information['run_id']
        $state.SlowLogEntries = $Metrics.SlowlogEntries
        $state.RejectedConnections = $Metrics.RejectedConnections
    }
    $path = Resolve-WinPath -Path $Health.Settings.StatePath
    if ($PSCmdlet.ShouldProcess($path, 'Write')) {
        Save-MemuraiText -Path $path -Text (ConvertTo-Json -InputObject $state -Compress)
    }
}
