function Save-MemuraiInstance {
    <#
    .SYNOPSIS
        Has an instance write what it holds in memory only, if it runs.

    .PARAMETER Instance
        The table of ConvertTo-MemuraiInstance.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiInstance -Instance $instance -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Instance,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $service = Get-WinServiceInstance -Name $Instance.ServiceName -Required $true
    if (-not $Instance.HoldsData -or (Get-WinServiceState -Service $service) -ne 'Running' -or
        -not $PSCmdlet.ShouldProcess($Instance.ServiceName, 'Save data')) {
        return
    }
    $server = $Instance.Server
    try {
        $null = Save-MemuraiData @server -TimeoutSeconds $TimeoutSeconds
    }
    catch {
        throw ("Expected the data of the service '$($Instance.ServiceName)' to be on disk before it is stopped, " +
            "found: $($_.Exception.GetBaseException().Message)")
    }
}
