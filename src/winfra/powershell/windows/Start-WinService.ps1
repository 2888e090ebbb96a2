function Start-WinService {
    <#
    .SYNOPSIS
        Starts a service and waits until it runs.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Name
        Name of the service.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        State: Running.
        ProcessId: id of its process.

    .EXAMPLE
        Start-WinService -Name Memurai
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $deadline = @{ Watch = [Diagnostics.Stopwatch]::StartNew(); TimeoutSeconds = $TimeoutSeconds }
    $service = Get-WinServiceInstance -Name $Name -Required $true
    if (-not $PSCmdlet.ShouldProcess($Name, 'Start service')) {
        return
    }
    if ((Get-WinServiceState -Service $service) -eq 'StopPending') {
        $service = Wait-WinService -Name $Name -State Stopped @deadline
    }
    if ((Get-WinServiceState -Service $service) -eq 'Stopped') {
        $result = Invoke-CimMethod -InputObject $service -MethodName StartService
        # 10: another start came first.
        if ($result.ReturnValue -ne 10) {
            Assert-WinServiceResult -Name $Name -Action start -Code $result.ReturnValue
        }
    }
    $service = Wait-WinService -Name $Name -State 'Running', 'Stopped' @deadline
    if ((Get-WinServiceState -Service $service) -eq 'Stopped') {
        throw ("Expected the service '$Name' to be Running, found that it stopped at once " +
            "$(Get-WinServiceHint -Service $service)")
    }
    return [pscustomobject]@{ Name = $service.Name; State = 'Running'; ProcessId = [int]$service.ProcessId }
}
