function Wait-WinService {
    <#
    .SYNOPSIS
        Waits until a service is in one of the given states, and returns it.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][string[]]$State,
        [Parameter(Mandatory = $true)][Diagnostics.Stopwatch]$Watch,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
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
                "$(Get-WinServiceHint -Service $service)")
        }
        Start-Sleep -Milliseconds 200
    }
}
