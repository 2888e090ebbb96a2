function Complete-MemuraiRestore {
    <#
    .SYNOPSIS
        Puts the staged data in the place of the present data, and the present data back when it does not load.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .PARAMETER Written
        The number of keys in the backup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Complete-MemuraiRestore -Restore $restore -Written 1000
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore,

        [Parameter(Mandatory = $true)]
        [long]$Written
    )

    $name = $Restore.ServiceName
    $server = $Restore.Server
    $limit = @{ TimeoutSeconds = $Restore.TimeoutSeconds }
    $service = Get-WinService -Name $name
    if ($service.State -eq 'Running') {
        # Here, for a server that can't save is not stopped.
        $null = Save-MemuraiData @server @limit
    }
    # As a restore that was interrupted leaves it.
    if ($service.StartType -ne 'Disabled') {
        $Restore.StartType = $service.StartType
    }
    try {
        # Until all is in its place, whoever starts the service (also Windows, after a power cut) would start it empty.
        $Restore.IsDisabled = $true
        $null = Set-WinService -Name $name -StartType Disabled
        $null = Stop-WinService -Name $name @limit
        Move-MemuraiData -Path $Restore.Data -Destination $Restore.Aside -Name $Restore.DataNames
        $Restore.IsAside = $true
        Move-MemuraiData -Path $Restore.Stage -Destination $Restore.Data -Name $Restore.DataNames
        $null = Set-WinService -Name $name -StartType $Restore.StartType
        $Restore.IsDisabled = $false
        $expected = @{ aof_enabled = "$([int]$Restore.AppendOnly)" }
        $info = Start-MemuraiRestoredServer -Restore $Restore -Expected $expected
        if (-not $info.ContainsKey('rdb_last_load_keys_loaded')) {
            throw 'Expected rdb_last_load_keys_loaded in INFO, as Redis 7.0 has it, found none.'
        }
        # As the server counted them while it loaded: clients may write meanwhile.
        $Restore.ExpectedKeys = $Written - [long]$info['rdb_last_load_keys_expired']
        $Restore['Keys'] = [long]$info['rdb_last_load_keys_loaded']
        if ($Restore['Keys'] -ne $Restore.ExpectedKeys) {
            throw "Expected $($Restore.ExpectedKeys) keys to be loaded, found $($Restore['Keys'])."
        }
        return
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
    }
    $start = "Expected the data of the backup $($Restore.Name) in the server, found: $reason"
    try {
        $told = Restore-MemuraiFormerData -Restore $Restore
    }
    catch {
        $hint = $(if ($Restore.IsDisabled) { ', which is Disabled so that it does not start without its data,' })
        throw ("$start`nThe way back failed too: $($_.Exception.GetBaseException().Message)`nThe former data is in " +
            "'$($Restore.Aside)' or still in '$($Restore.Data)'. Bring the service '$name'$hint up by hand.")
    }
    throw "$start`n$told"
}
