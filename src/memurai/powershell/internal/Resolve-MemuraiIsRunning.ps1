function Resolve-MemuraiIsRunning {
    <#
    .SYNOPSIS
        Returns whether the service runs, and fails when it must run and does not.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [bool]

    .EXAMPLE
        Resolve-MemuraiIsRunning -Change $change
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $service = Get-WinServiceInstance -Name $Change.ServiceName
    if ($null -eq $service) {
        return $false
    }
    $isRunning = (Get-WinServiceState -Service $service) -ne 'Stopped'
    if ($Change.EnableAppendOnly -and -not $isRunning) {
        throw ("Expected the service '$($Change.ServiceName)' to run, because only a running server can write its " +
            'data to its first append-only file, found it Stopped. Its next start would load an empty one. Nothing ' +
            'was changed; start the service first.')
    }
    return $isRunning
}
