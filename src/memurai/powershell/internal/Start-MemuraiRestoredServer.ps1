function Start-MemuraiRestoredServer {
    <#
    .SYNOPSIS
        Starts the service, waits until its server has loaded its data, and returns what INFO says then.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .PARAMETER Expected
        Values of fields of INFO by name.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Start-MemuraiRestoredServer -Restore $restore -Expected @{ aof_enabled = '1' }
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore,

        [Parameter(Mandatory = $true)]
        [hashtable]$Expected
    )

    $name = $Restore.ServiceName
    $seconds = $Restore.TimeoutSeconds
    if (-not $PSCmdlet.ShouldProcess($name, 'Start service')) {
        return
    }
    $null = Start-WinService -Name $name -TimeoutSeconds $seconds
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $server = $Restore.Server.Clone()
    $server.TimeoutSeconds = 5
    $wait = @{ ServiceName = $name; Watch = $watch; TimeoutSeconds = $seconds }
    Wait-MemuraiFitness -Server $server -Expected $Expected @wait
    return Get-MemuraiInformation -Server $server
}
