function Complete-MemuraiUpdate {
    <#
    .SYNOPSIS
        Goes through the steps of Update-MemuraiProduct that stop something, and back when one fails.

    .PARAMETER Change
        The table of Update-MemuraiProduct.

    .OUTPUTS
        [pscustomobject] as Update-MemuraiProduct has it.

    .EXAMPLE
        Complete-MemuraiUpdate -Change $change
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $instances = $Change.Instances
    $limit = @{ TimeoutSeconds = $Change.TimeoutSeconds }
    $isTouched = $false
    try {
        foreach ($instance in $instances) {
            # Saved before, but in use meanwhile.
            Save-MemuraiInstance -Instance $instance @limit
            $null = Stop-WinService -Name $instance.ServiceName @limit
        }
        foreach ($instance in @($instances | Where-Object -FilterScript { $_.HoldsData })) {
            Copy-MemuraiData -Path $instance.Data -Name $instance.DataNames -Destination $instance.Aside
        }
        $isTouched = $true
        $package = $Change.New
        $run = Install-WinPackage @package -Properties $Change.Properties -TimeoutSeconds 1800
        foreach ($instance in $instances) {
            Start-MemuraiInstance -Instance $instance @limit
        }
        return [pscustomobject]@{ AsideFolder = $instances[0].Aside; RebootRequired = $run.RebootRequired }
    }
    catch {
        $reason = $_.Exception.Message
    }
    $names = @($instances | ForEach-Object -Process { $_.ServiceName }) -join ', '
    $outcome = "The former version is in its place, and its server answers."
    $copy = $(if ($isTouched) { "A copy of its data is in $($instances[0].Aside)." } else { '' })
    try {
        if ($isTouched) {
            Restore-MemuraiProduct -Change $Change
        }
        foreach ($instance in $instances) {
            Start-MemuraiInstance -Instance $instance @limit
        }
    }
    catch {
        throw ("Expected the other version to be installed and its server to answer, found: $reason`nThe way back " +
            "failed too: $($_.Exception.Message)`nThe former package is $($Change.Former.Path), the data of the " +
            "former version is in $($instances[0].Data). $copy Bring the services up by hand: $names.")
    }
    throw ("Expected the other version to be installed and its server to answer, found: $reason`n$outcome $copy " +
        "Services: $names.")
}
