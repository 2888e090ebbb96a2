function Assert-WinServiceResult {
    <#
    .SYNOPSIS
        Fails when a method of Win32_Service did not succeed, and says why.
    #>
    # The codes are those of Microsoft's page on the methods of the class Win32_Service.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][string]$Action,
        [Parameter(Mandatory = $true)][long]$Code
    )

    if ($Code -eq 0) {
        return
    }
    $meanings = @{
        2  = 'access denied'
        3  = 'services that depend on it are running'
        5  = 'it does not take this request in its present state'
        6  = 'it has not been started'
        7  = 'it did not answer in time'
        8  = 'unknown failure'
        9  = 'its program was not found'
        11 = 'the service database is locked'
        13 = 'a service it depends on did not start'
        14 = 'it is disabled'
        15 = 'its account could not log on'
        16 = 'it is marked for deletion'
        21 = 'invalid parameter'
        22 = 'its account is not valid or may not run services'
        23 = 'the name is taken'
    }
    $meaning = 'see the return values of Win32_Service'
    if ($meanings.ContainsKey([int]$Code)) {
        $meaning = $meanings[[int]$Code]
    }
    $service = Get-WinServiceInstance -Name $Name -Required $true
    throw ("Expected to $Action the service '$Name', found return value ${Code}: $meaning; state " +
        "$(Get-WinServiceState -Service $service) $(Get-WinServiceHint -Service $service)")
}
