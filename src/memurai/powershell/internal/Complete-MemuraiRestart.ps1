function Complete-MemuraiRestart {
    <#
    .SYNOPSIS
        Restarts the service with the swapped configuration, or with the last known good one, and fails then.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Complete-MemuraiRestart -Change $change
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    try {
        Restart-MemuraiServer -Change $Change -Server $Change.New -Expected $Change.Health
        return
    }
    catch {
        $reason = "Expected a healthy server, found that the new configuration never became healthy: " +
        $_.Exception.GetBaseException().Message
    }
    # Before the last known good writes into the same file.
    try {
        $log = "log:`n$(Get-MemuraiLogTail -Change $Change)"
    }
    catch {
        $log = "log: could not be read: $($_.Exception.GetBaseException().Message)"
    }
    $stop = @{ ServiceName = $Change.ServiceName; TimeoutSeconds = $Change.TimeoutSeconds }
    if ((Get-WinPathKind -Path $Change.Backup) -ne 'File') {
        $reason += Stop-MemuraiOpenServer -Server $Change.New @stop
        throw "$reason; there was no earlier configuration to put back. Correct it and deploy again; $log"
    }
    try {
        Move-MemuraiFile -Path $Change.Backup -Destination $Change.Target
        # A server that hangs would keep the last known good from starting. Nor does it save before: what never
        # became healthy may not have loaded its data, and would write an empty set over the last good snapshot.
        Stop-WinHungService -Name $Change.ServiceName -TimeoutSeconds $Change.TimeoutSeconds
        Restart-MemuraiServer -Change $Change -Server $Change.Former -Expected @{}
    }
    catch {
        $second = $_.Exception.GetBaseException().Message
        $isBack = (Get-WinPathKind -Path $Change.Backup) -ne 'File'
        $isRunning = (Get-WinService -Name $Change.ServiceName).State -eq 'Running'
        $what = 'nor did the last known good, which was put back'
        if ($isBack -and $isRunning -and $Change.IsLeft) {
            # Former is what that run did not prove. So nobody knows either whether this server lacks a password.
            $what = 'the last known good, which an earlier run had kept, was put back and its service started, but ' +
            'it was asked with the address and password of the configuration that came after it'
        }
        else {
            $second += Stop-MemuraiOpenServer -Server $Change.Former @stop
        }
        $service = Get-WinService -Name $Change.ServiceName
        if (-not $isBack) {
            $what = "nor could the last known good be put back, which stays at '$($Change.Backup)'"
        }
        throw ("$reason; ${what}: $second; the service is now $($service.State) (process $($service.ProcessId)). It " +
            "needs a person; $log")
    }
    throw "$reason; the last known good runs again. Correct the configuration and deploy again; $log"
}
