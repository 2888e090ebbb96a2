function Wait-WinProcessEnd {
    <#
    .SYNOPSIS
        Waits until a process is gone.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Process,
        [Parameter(Mandatory = $true)][Diagnostics.Stopwatch]$Watch,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    while ($true) {
        # Asked for by CIM: to wait on a handle takes rights that a service's process may not give to administrators.
        $found = Get-WinProcessInstance -ProcessId $Process.ProcessId
        # Windows gives the id of an ended process to a new one soon.
        if ($null -eq $found -or $found.CreationDate -ne $Process.CreationDate) {
            return
        }
        if ($Watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected process $($Process.ProcessId) ($($Process.Name)) to end within $TimeoutSeconds s of its " +
                "service's stop, found it running. Its own log may say why.")
        }
        Start-Sleep -Milliseconds 200
    }
}
