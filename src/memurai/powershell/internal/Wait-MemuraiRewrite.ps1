function Wait-MemuraiRewrite {
    <#
    .SYNOPSIS
        Waits until no rewrite of the append-only file runs or is scheduled.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Wait-MemuraiRewrite -Job $job
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $info = Get-MemuraiJobInformation -Job $Job
        if ($info['aof_enabled'] -cne '1') {
            throw ('Expected a server that writes an append-only file, found aof_enabled:0. Back up without it, or ' +
                'enable it.')
        }
        if ($info['aof_rewrite_in_progress'] -ceq '0' -and $info['aof_rewrite_scheduled'] -ceq '0') {
            return
        }
        if ($watch.Elapsed.TotalSeconds -ge 3600) {
            throw ('Expected the rewrite of the append-only file to end within 3600 s, it was not. Look at the ' +
                "server's log.")
        }
        Start-Sleep -Milliseconds 250
    }
}
