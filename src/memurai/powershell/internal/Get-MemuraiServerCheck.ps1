function Get-MemuraiServerCheck {
    <#
    .SYNOPSIS
        Judges whether the service runs and its server answers.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiServerCheck -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $service = @{
        Name     = 'service'
        Status   = Get-MemuraiStatus -IsCritical ($Health.Service -cne 'Running') -IsWarning $false
        Value    = $Health.Service
        Expected = 'Running'
        Advice   = ("Start it (Start-Service $($Health.Settings.ServiceName)); why it does not run is in the " +
            "server's log and the System event log.")
    }
    ConvertTo-MemuraiCheck @service
    $answers = "PING: $($Health.Ping), INFO: $($Health.Info)"
    $ping = @{
        Name     = 'ping'
        Status   = Get-MemuraiStatus -IsCritical ($answers -cne 'PING: PONG, INFO: answered') -IsWarning $false
        Value    = $answers
        Expected = 'PONG to PING, and an answer to INFO'
        Advice   = ('Does the server run, is its data loaded, are address, port and password of the health check ' +
            "right, may its user do this? The server's log says more.")
    }
    ConvertTo-MemuraiCheck @ping
}
