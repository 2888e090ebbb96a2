function Wait-WinInstaller {
    <#
    .SYNOPSIS
        Waits until the Windows Installer neither installs nor removes anything; a caller that died left it at work.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $mutex = $null
    # https://learn.microsoft.com/windows/win32/msi/-msiexecute-mutex
    if (-not [Threading.Mutex]::TryOpenExisting('Global\_MSIExecute', [ref]$mutex)) {
        return
    }
    try {
        if (-not $mutex.WaitOne($TimeoutSeconds * 1000)) {
            throw ("Expected the installation that is under way to end within $TimeoutSeconds s, found it going on. " +
                'Wait for its end and run again.')
        }
        $mutex.ReleaseMutex()
    }
    catch [Threading.AbandonedMutexException] {
        # Whoever had it ended without giving it back; now it is ours.
        $mutex.ReleaseMutex()
    }
    finally {
        $mutex.Dispose()
    }
}
