function Resolve-MemuraiRunningServer {
    <#
    .SYNOPSIS
        Returns how the running server is reached: as before the change, or in part already as after it.

    .DESCRIPTION
        A run that ended half way may have left a server that has the new user, password or port while its file has the
        former.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [hashtable], parameters of Invoke-MemuraiProgram besides the command; the former ones when none is answered.

    .EXAMPLE
        Resolve-MemuraiRunningServer -Change $change
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $mixed = $Change.Former.Clone()
    $mixed.Password = $Change.New.Password
    $mixed.User = $Change.New.User
    $servers = @($Change.Former, $mixed)
    # Another server may have the new port.
    $services = @(foreach ($listener in (Get-WinTcpListener -Port $Change.New.Port).Listeners) { $listener.Services })
    if ($Change.ServiceName -in $services) {
        $servers += $Change.New
    }
    foreach ($server in $servers) {
        $run = Invoke-MemuraiProgram @server -Arguments PING
        if (-not $run.TimedOut -and $run.Output.Trim() -ceq 'PONG') {
            return $server
        }
    }
    return $Change.Former
}
