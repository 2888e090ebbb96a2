function Stop-WinServiceList {
    <#
    .SYNOPSIS
        Stops those of the named services that exist and are not stopped.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$Name
    )

    foreach ($service in $Name) {
        if ($null -ne (Get-WinServiceInstance -Name $service) -and $PSCmdlet.ShouldProcess($service, 'Stop service')) {
            # A server with much data takes its time to save it.
            $null = Stop-WinService -Name $service -TimeoutSeconds 300
        }
    }
}
