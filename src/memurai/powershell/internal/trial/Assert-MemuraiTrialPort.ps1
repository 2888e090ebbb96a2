function Assert-MemuraiTrialPort {
    <#
    .SYNOPSIS
        Fails when somebody listens on the port of a trial.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][int]$Port
    )

    $listeners = @((Get-WinTcpListener -Port $Port).Listeners)
    if ($listeners.Length -gt 0) {
        throw ("Expected the port $Port to be free for the trial, found process " +
            "$($listeners[0].ProcessId) listening there. Nothing was changed; choose another port.")
    }
}
