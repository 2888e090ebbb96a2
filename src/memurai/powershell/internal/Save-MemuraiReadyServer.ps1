function Save-MemuraiReadyServer {
    <#
    .SYNOPSIS
        Has a server that is about to be stopped on a way back save its data, if it can: nothing waits for one that
        does not answer.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiReadyServer -Server $instance.Server -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $asked = $Server.Clone()
    $asked.TimeoutSeconds = 5
    try {
        if ($PSCmdlet.ShouldProcess("$($Server.Address):$($Server.Port)", 'Save') -and
            (Get-MemuraiReadiness -Server $asked) -ceq 'ready') {
            $asked.TimeoutSeconds = $TimeoutSeconds
            $null = Save-MemuraiData @asked
        }
    }
    catch {
        # The way back has a reason of its own to tell, and goes on.
        return
    }
}
