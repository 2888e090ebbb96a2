function Start-MemuraiInstance {
    <#
    .SYNOPSIS
        Starts the service of an instance and waits until its server has loaded its data.

    .PARAMETER Instance
        The table of ConvertTo-MemuraiInstance.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Start-MemuraiInstance -Instance $instance -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Instance,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    if (-not $PSCmdlet.ShouldProcess($Instance.ServiceName, 'Start instance')) {
        return
    }
    $null = Start-WinService -Name $Instance.ServiceName -TimeoutSeconds $TimeoutSeconds
    if ($Instance.HoldsData) {
        $server = $Instance.Server
        $null = Wait-MemuraiServer @server -TimeoutSeconds $TimeoutSeconds
    }
}
