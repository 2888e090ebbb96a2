function Restart-WinService {
    <#
    .SYNOPSIS
        Stops a service if it runs, starts it and waits until it runs.

    .PARAMETER Name
        Name of the service.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, of the stop and of the start each.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        State: Running.
        ProcessId: id of its new process.

    .EXAMPLE
        Restart-WinService -Name Memurai
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    if ($PSCmdlet.ShouldProcess($Name, 'Restart service')) {
        $null = Stop-WinService -Name $Name -TimeoutSeconds $TimeoutSeconds
        return Start-WinService -Name $Name -TimeoutSeconds $TimeoutSeconds
    }
}
