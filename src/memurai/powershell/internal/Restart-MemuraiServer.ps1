function Restart-MemuraiServer {
    <#
    .SYNOPSIS
        Restarts the service and waits until its server is healthy.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER Expected
        Values of fields of INFO by name.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Restart-MemuraiServer -Change $change -Server $change.New -Expected $change.Health
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [hashtable]$Expected
    )

    $name = $Change.ServiceName
    $seconds = $Change.TimeoutSeconds
    if (-not $PSCmdlet.ShouldProcess($name, 'Restart service')) {
        return
    }
    $null = Stop-WinService -Name $name -TimeoutSeconds $seconds
    # From here on the clients wait.
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = Start-WinService -Name $name -TimeoutSeconds $seconds
    $wait = @{ ServiceName = $name; Watch = $watch; TimeoutSeconds = $seconds }
    Wait-MemuraiFitness -Server $Server -Expected $Expected @wait
}
