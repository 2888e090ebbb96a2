function Invoke-MemuraiUpdate {
    <#
    .SYNOPSIS
        Goes through the steps of Update-MemuraiProduct, and back when one fails.

    .PARAMETER Change
        The table of Update-MemuraiProduct.

    .OUTPUTS
        [pscustomobject] as Update-MemuraiProduct has it.

    .EXAMPLE
        Invoke-MemuraiUpdate -Change $change
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    Assert-MemuraiPackage -Package $Change.New
    Assert-MemuraiPackage -Package $Change.Former
    $name = $Change.ServiceName
    $server = $Change.Server
    $limit = @{ TimeoutSeconds = $Change.TimeoutSeconds }
    $service = Get-WinServiceInstance -Name $name -Required $true
    if ((Get-WinServiceState -Service $service) -eq 'Running') {
        $null = Save-MemuraiData @server @limit
    }
    $isTouched = $false
    try {
        $null = Stop-WinService -Name $name @limit
        Copy-MemuraiData -Path $Change.Data -Name $Change.DataNames -Destination $Change.Aside
        $isTouched = $true
        $package = $Change.New
        $run = Install-WinPackage @package -Properties $Change.Properties -TimeoutSeconds 1800
        $null = Start-WinService -Name $name @limit
        $null = Wait-MemuraiServer @server @limit
        return [pscustomobject]@{ AsideFolder = $Change.Aside; RebootRequired = $run.RebootRequired }
    }
    catch {
        $reason = $_.Exception.Message
    }
    $outcome = 'The former version is in its place, and its server answers.'
    $copy = $(if ($isTouched) { "A copy of its data is in $($Change.Aside)." } else { '' })
    try {
        if ($isTouched) {
            Restore-MemuraiProduct -Change $Change
        }
        $null = Start-WinService -Name $name @limit
        $null = Wait-MemuraiServer @server @limit
    }
    catch {
        throw ("Expected the other version to be installed and its server to answer, found: $reason`nThe way back " +
            "failed too: $($_.Exception.Message)`nThe former package is $($Change.Former.Path), the data of the " +
            "former version is in $($Change.Data). $copy Bring the service '$name' up by hand.")
    }
    throw "Expected the other version to be installed and its server to answer, found: $reason`n$outcome $copy"
}
