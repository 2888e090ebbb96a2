function Stop-MemuraiTrial {
    <#
    .SYNOPSIS
        Ends a trial and waits until its process is gone.

    .PARAMETER Trial
        The table of Start-MemuraiTrial.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Stop-MemuraiTrial -Trial $trial
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Trial
    )

    $process = $Trial.Process
    if (-not $process.HasExited -and $PSCmdlet.ShouldProcess("$($process.Id)", 'End trial')) {
        try {
            $process.Kill()
        }
        catch [InvalidOperationException], [ComponentModel.Win32Exception] {
            # Mostly it is just ending by itself; whether it is gone is asked below.
            Write-Verbose -Message "Process $($process.Id): $($_.Exception.Message)"
        }
    }
    if (-not $process.WaitForExit(10000)) {
        throw ("Expected the trial (process $($process.Id)) to end within 10 s of being killed, found it running. " +
            'End it by hand.')
    }
}
