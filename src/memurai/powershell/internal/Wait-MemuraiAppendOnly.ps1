function Wait-MemuraiAppendOnly {
    <#
    .SYNOPSIS
        Waits until a server that was switched to its append-only file has written all its data there.

    .DESCRIPTION
        The server answers OK to the command before that. It waits with writing while it saves a snapshot.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Wait-MemuraiAppendOnly -Server $server -TimeoutSeconds 300
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $expected = @{
        aof_enabled               = '1'
        aof_rewrite_scheduled     = '0'
        aof_rewrite_in_progress   = '0'
        aof_last_bgrewrite_status = 'ok'
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $wrong = Get-MemuraiUnfitness -Server $Server -Expected $expected
        if ([string]::IsNullOrEmpty($wrong)) {
            return
        }
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected the append-only file to be written within $TimeoutSeconds s, found: $wrong. Look at the " +
                "server's log, and at the free space of its data folder; allow more time.")
        }
        Start-Sleep -Milliseconds 250
    }
}
