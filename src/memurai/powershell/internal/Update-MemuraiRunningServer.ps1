function Update-MemuraiRunningServer {
    <#
    .SYNOPSIS
        Gives the running server what it can take without a restart.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Update-MemuraiRunningServer -Change $change
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    if (-not $PSCmdlet.ShouldProcess($Change.ServiceName, 'Change the running server')) {
        return
    }
    $server = Resolve-MemuraiRunningServer -Change $Change
    if ($Change.EnableAppendOnly) {
        $command = @{ Command = $Change.AppendOnlyCommand; What = 'switch to its append-only file' }
        Invoke-MemuraiLiveCommand -Change $Change -Server $server @command
        Wait-MemuraiAppendOnly -Server $server -TimeoutSeconds $Change.TimeoutSeconds
    }
    elseif ($Change.Restart -and $Change.ExpectAppendOnly) {
        $found = Get-MemuraiInformation -Server $server
        if ($found['aof_enabled'] -ceq '0') {
            throw ('Expected a running server that writes its append-only file, found aof_enabled:0. Restarted with ' +
                'the new configuration it would load an empty one and lose its data: ask for EnableAppendOnly.')
        }
    }
    if ($null -ne $Change.LiveCommand) {
        if (-not $Change.ExpectAppendOnly -and (Get-MemuraiInformation -Server $server)['aof_enabled'] -ceq '1') {
            # From then on a start loads a snapshot, whoever causes it, and it may never have written one.
            $saved = $server.Clone()
            $saved.TimeoutSeconds = $Change.TimeoutSeconds
            $null = Save-MemuraiData @saved -Snapshot $true
        }
        $command = @{ Command = $Change.LiveCommand; What = 'take the new values' }
        Invoke-MemuraiLiveCommand -Change $Change -Server $server @command
    }
    if ($Change.Restart) {
        # Here, for a server that can't save is not stopped: nothing but a rename comes before the stop.
        $saved = (Resolve-MemuraiRunningServer -Change $Change).Clone()
        $saved.TimeoutSeconds = $Change.TimeoutSeconds
        $null = Save-MemuraiData @saved -Snapshot (-not $Change.ExpectAppendOnly)
    }
    elseif ($Change.IsServerChanged) {
        $wrong = Get-MemuraiUnfitness -Server $Change.New -Expected @{}
        if (-not [string]::IsNullOrEmpty($wrong)) {
            throw "Expected the server at its address and with its password of the new configuration, found: $wrong."
        }
    }
}
