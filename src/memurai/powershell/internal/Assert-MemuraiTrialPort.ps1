function Assert-MemuraiTrialPort {
    <#
    .SYNOPSIS
        Fails when somebody listens on the port of a trial.

    .PARAMETER Port
        The port.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiTrialPort -Port 6399
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [int]$Port
    )

    $listeners = @(Get-WinTcpConnection -Port $Port)
    if ($listeners.Length -gt 0) {
        throw ("Expected the port $Port to be free for the trial, found process " +
            "$($listeners[0].OwningProcess) listening there. Nothing was changed; choose another port.")
    }
}
