function Stop-WinHungService {
    <#
    .SYNOPSIS
        Stops a service, and ends its process when it hangs while it starts or does not stop in time.

    .DESCRIPTION
        To the service control manager the end of the process is a failure: its recovery may start the service again,
        unless it is disabled.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Name
        Name of the service.

    .PARAMETER Disable
        Whether the service is disabled before, so that nothing starts it again.

    .PARAMETER TimeoutSeconds
        How long it may take to stop by itself.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: the name.
        Ended: whether its process had to be ended.

    .EXAMPLE
        Stop-WinHungService -Name Memurai -TimeoutSeconds 60
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [bool]$Disable = $false,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $result = [pscustomobject]@{ Name = $Name; Ended = $false }
    $service = Get-WinServiceInstance -Name $Name -Required $true
    if ($Disable -and $PSCmdlet.ShouldProcess($Name, 'Disable')) {
        $null = Set-WinService -Name $Name -StartType Disabled
    }
    $reason = 'it does not finish its start'
    if ((Get-WinServiceState -Service $service) -ne 'StartPending') {
        try {
            $null = Stop-WinService -Name $Name -TimeoutSeconds $TimeoutSeconds
            return $result
        }
        catch {
            $reason = $_.Exception.GetBaseException().Message
        }
        $service = Get-WinServiceInstance -Name $Name -Required $true
    }
    $process = $(if ($service.ProcessId -ne 0) { Get-WinProcessInstance -ProcessId $service.ProcessId } else { $null })
    if ($null -eq $process) {
        return $result
    }
    if ($service.ServiceType -ne 'Own Process') {
        throw "Expected the service '$Name' to have a process of its own that can be ended, found another: $reason."
    }
    if ($PSCmdlet.ShouldProcess("$Name (process $($process.ProcessId))", 'End process')) {
        # Administrators may lack rights on the process of another account, but have this privilege.
        Enable-WinPrivilege -Name SeDebugPrivilege
        try {
            [Diagnostics.Process]::GetProcessById([int]$process.ProcessId).Kill()
        }
        catch [ArgumentException], [InvalidOperationException], [ComponentModel.Win32Exception] {
            # Mostly it is just ending by itself; whether it is gone is asked below.
            Write-Verbose -Message "Process $($process.ProcessId): $($_.Exception.Message)"
        }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Wait-WinProcessEnd -Process $process -Watch $watch -TimeoutSeconds 30
        $result.Ended = $true
    }
    return $result
}
