function Wait-WinService {
    <#
    .SYNOPSIS
        Waits until a service is in one of the given states, and returns it.

    .PARAMETER Name
        Name of the service.

    .PARAMETER State
        The states, without blanks, e.g. Running, Stopped.

    .PARAMETER Watch
        A running stopwatch that the deadline is measured by.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of the stopwatch.

    .OUTPUTS
        [CimInstance] of Win32_Service

    .EXAMPLE
        Wait-WinService -Name Memurai -State Running -Watch ([Diagnostics.Stopwatch]::StartNew()) -TimeoutSeconds 60
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [string[]]$State,

        [Parameter(Mandatory = $true)]
        [Diagnostics.Stopwatch]$Watch,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    while ($true) {
        $service = Get-WinServiceInstance -Name $Name -Required $true
        $found = Get-WinServiceState -Service $service
        if ($found -in $State) {
            return $service
        }
        if ($Watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            $expected = $State -join ' or '
            throw ("Expected the service '$Name' to be $expected within $TimeoutSeconds s, found it $found " +
                "($(Get-WinServiceExitText -Service $service)). $(Get-WinServiceHint)")
        }
        Start-Sleep -Milliseconds 200
    }
}
