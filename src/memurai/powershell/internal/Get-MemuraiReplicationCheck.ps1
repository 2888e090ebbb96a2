function Get-MemuraiReplicationCheck {
    <#
    .SYNOPSIS
        Judges whether replicas are in touch with their primary.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiReplicationCheck -Health $health -Metrics $metrics
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics
    )

    $limit = $Health.Settings.ReplicationLagWarningSeconds
    $info = $Health.Information
    $isCritical = $false
    if ($Metrics.IsPrimary -eq 1) {
        $pattern = '^ip=(.*),port=(\d+),state=(\w+),offset=\d+,lag=(\d+)$'
        $isWarning = $false
        $value = "primary, $($Metrics.ConnectedReplicas) replicas"
        foreach ($field in @($info.get_Keys() | Where-Object -FilterScript { $_ -cmatch '^slave\d+$' } | Sort-Object)) {
            if ($info[$field] -cmatch $pattern) {
                $isWarning = $isWarning -or $Matches[3] -cne 'online' -or [long]$Matches[4] -ge $limit
                $value = "$value; $($Matches[1]):$($Matches[2]) $($Matches[3]), $($Matches[4]) s"
            }
        }
    }
    else {
        $isCritical = $Metrics.PrimaryLinkUp -ne 1
        $isWarning = $Metrics.PrimaryLastIoSeconds -ge $limit
        $value = ("replica, link $($info['master_link_status']), heard of its primary " +
            "$($Metrics.PrimaryLastIoSeconds) s ago")
    }
    $check = @{
        Name     = 'replication'
        Status   = Get-MemuraiStatus -IsCritical $isCritical -IsWarning $isWarning
        Value    = $value
        Expected = "every link up, and less than $limit s since the other side was heard of"
        Advice   = ("Is the other host up and reachable (firewall), does it know this one's password? The logs of " +
            'both servers say more.')
    }
    ConvertTo-MemuraiCheck @check
}
