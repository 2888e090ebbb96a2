function Get-MemuraiClientCheck {
    <#
    .SYNOPSIS
        Judges how many clients are connected, blocked and refused.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiClientCheck -Health $health -Metrics $metrics
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics
    )

    $settings = $Health.Settings
    $percent = 100 * $Metrics.ConnectedClients / $Metrics.Maxclients
    $isFull = $percent -ge $settings.ClientsWarningPercent
    $isBlocked = $Metrics.BlockedClients -ge $settings.BlockedClientsWarning
    $clients = @{
        Name     = 'clients'
        Status   = Get-MemuraiStatus -IsCritical $false -IsWarning ($isFull -or $isBlocked)
        Value    = ("$($Metrics.ConnectedClients) of $($Metrics.Maxclients) connected " +
            "($([Math]::Floor($percent)) %), $($Metrics.BlockedClients) blocked")
        Expected = ("less than $($settings.ClientsWarningPercent) % connected, less than " +
            "$($settings.BlockedClientsWarning) blocked")
        Advice   = ('Who is connected: tasks/diagnose.py. Smaller pools, or a greater memurai_security.maxclients; ' +
            'blocked ones wait in a command such as BLPOP.')
    }
    ConvertTo-MemuraiCheck @clients
    $count = $Metrics.RejectedConnections
    $growth = Get-MemuraiGrowth -Health $Health -Name RejectedConnections -Count $count
    $rejected = @{
        Name     = 'rejected_connections'
        Status   = Get-MemuraiStatus -IsCritical $false -IsWarning ($null -ne $growth -and $growth -gt 0)
        Value    = $(if ($null -eq $growth) { "$count since the start" } else { "$growth since the last check" })
        Expected = '0 since the last check'
        Advice   = 'Clients were refused at maxclients: see clients.'
    }
    ConvertTo-MemuraiCheck @rejected
}
