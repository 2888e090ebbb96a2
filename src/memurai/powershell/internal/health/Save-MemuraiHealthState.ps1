function Save-MemuraiHealthState {
    <#
    .SYNOPSIS
        Keeps what the next health check compares with.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][hashtable]$Last,
        [Parameter(Mandatory = $true)][string]$Status,
        # What there is to say of changes.
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Changes
    )

    # A server that does not answer keeps its counters until it does.
    $state = [pscustomobject]@{
        RunId               = $Last.RunId
        SlowLogEntries      = $Last.SlowLogEntries
        RejectedConnections = $Last.RejectedConnections
        Status              = $Status
        Changes             = $Changes
    }
    if ($Facts.info -ceq 'answered') {
        $state.RunId = $Facts['run_id']
        $state.SlowLogEntries = $Facts['slow_log_entries']
        $state.RejectedConnections = [long]$Facts['rejected_connections']
    }
    $full = Resolve-WinPath -Path $Path
    if ($PSCmdlet.ShouldProcess($full, 'Write')) {
        Write-WinText -Path $full -Source @{ Text = ConvertTo-Json -InputObject $state -Compress }
    }
}
