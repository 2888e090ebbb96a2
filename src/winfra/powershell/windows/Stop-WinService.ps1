function Stop-WinService {
    <#
    .SYNOPSIS
        Stops a service and waits until it has stopped and its process is gone.

    .PARAMETER Name
        Name of the service.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        State: Stopped.
        ProcessId: 0.

    .EXAMPLE
        Stop-WinService -Name Memurai -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $deadline = @{ Watch = [Diagnostics.Stopwatch]::StartNew(); TimeoutSeconds = $TimeoutSeconds }
    $service = Get-WinServiceInstance -Name $Name -Required $true
    if (-not $PSCmdlet.ShouldProcess($Name, 'Stop service')) {
        return
    }
    if ((Get-WinServiceState -Service $service) -eq 'StartPending') {
        $service = Wait-WinService -Name $Name -State 'Running', 'Stopped' @deadline
    }
    $process = $null
    # A process that serves several services goes on.
    if ($service.ProcessId -ne 0 -and $service.ServiceType -eq 'Own Process') {
        $process = Get-WinProcessInstance -ProcessId $service.ProcessId
    }
    if ((Get-WinServiceState -Service $service) -notin 'Stopped', 'StopPending') {
        $result = Invoke-CimMethod -InputObject $service -MethodName StopService
        # 6: it ended by itself meanwhile.
        if ($result.ReturnValue -ne 6) {
            Assert-WinServiceResult -Name $Name -Action stop -Code $result.ReturnValue
        }
    }
    $service = Wait-WinService -Name $Name -State Stopped @deadline
    if ($null -ne $process) {
        Wait-WinProcessEnd -Process $process @deadline
    }
    return [pscustomobject]@{ Name = $service.Name; State = 'Stopped'; ProcessId = 0 }
}
