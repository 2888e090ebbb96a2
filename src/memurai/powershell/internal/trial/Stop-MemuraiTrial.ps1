function Stop-MemuraiTrial {
    <#
    .SYNOPSIS
        Ends a trial and waits until its process is gone.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][Diagnostics.Process]$Process
    )

    if (-not $Process.HasExited -and $PSCmdlet.ShouldProcess("$($Process.Id)", 'End trial')) {
        try {
            $Process.Kill()
        }
        catch [InvalidOperationException], [ComponentModel.Win32Exception] {
            # Mostly it is just ending by itself; whether it is gone is asked below.
            Write-Verbose -Message "Process $($Process.Id): $($_.Exception.Message)"
        }
    }
    if (-not $Process.WaitForExit(10000)) {
        throw ("Expected the trial (process $($Process.Id)) to end within 10 s of being killed, found it running. " +
            'End it by hand.')
    }
}
