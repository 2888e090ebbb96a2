function Stop-WinChangeHolder {
    <#
    .SYNOPSIS
        Ends the process that holds a lock and whose step should long be over.
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [psobject]$Holder
    )

    try {
        $process = [Diagnostics.Process]::GetProcessById($Holder.ProcessId)
    }
    catch [ArgumentException] {
        # It has ended by itself.
        return
    }
    try {
        # Windows gives the id of an ended process to a new one soon.
        if ($process.StartTime.ToUniversalTime().Ticks -ne $Holder.StartTicks) {
            return
        }
        if ($PSCmdlet.ShouldProcess("process $($Holder.ProcessId)", "End it: '$($Holder.Step)' takes too long")) {
            $process.Kill()
            $null = $process.WaitForExit(5000)
        }
    }
    catch [InvalidOperationException] {
        # It ended meanwhile.
        return
    }
    finally {
        $process.Dispose()
    }
}
