function Stop-MemuraiServer {
    <#
    .SYNOPSIS
        Has a server save all that it holds, then stops its service; one that can't save is not stopped.

    .PARAMETER ServiceName
        Name of the service. Missing or stopped, there is nothing to do.

    .PARAMETER Servers
        Ways to reach its server, the first that answers is taken: objects with CliPath, the absolute path of
        memurai-cli.exe; Address and Port; and, where they count, Password, a secret; User, of the ACL; TlsCaFile, with
        which the connection is encrypted; TlsCertFile and TlsKeyFile.

    .PARAMETER Snapshot
        Whether a server with an append-only file writes a snapshot, too: its next start may look for nothing else.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, of the saving and of the stop.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        Stopped: whether it was stopped now.
        Saved: whether saving was needed, and done.

    .EXAMPLE
        Stop-MemuraiServer -ServiceName Memurai -Servers $server -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][psobject[]]$Servers,
        [bool]$Snapshot = $false,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    $service = Get-WinService -Name $ServiceName
    $isRunning = $service.Exists -and $service.State -ne 'Stopped'
    $saved = $false
    if ($isRunning -and $PSCmdlet.ShouldProcess($ServiceName, 'Save and stop')) {
        $reached = Resolve-MemuraiServer -Servers $Servers -ServiceName $ServiceName
        $limit = @{ TimeoutSeconds = $TimeoutSeconds }
        $saved = (Save-MemuraiData -Server $reached -Snapshot $Snapshot @limit).Saved
        $null = Stop-WinService -Name $ServiceName @limit
    }
    return [pscustomobject]@{ Name = $ServiceName; Stopped = $isRunning; Saved = $saved }
}
