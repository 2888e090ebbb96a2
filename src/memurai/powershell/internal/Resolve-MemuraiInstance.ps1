function Resolve-MemuraiInstance {
    <#
    .SYNOPSIS
        Returns the instances that an update stops: the one that is deployed first, then those of the others that run.

    .DESCRIPTION
        It fails when a service runs from the product's folder that the plan did not know: nobody would save its data.

    .PARAMETER Change
        The table of Update-MemuraiProduct.

    .OUTPUTS
        [hashtable], one an instance.

    .EXAMPLE
        Resolve-MemuraiInstance -Change $change
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $own = $Change.Instances[0]
    $null = Get-WinServiceInstance -Name $own.ServiceName -Required $true
    $services = @((Get-WinFolderService -Folder $Change.ProductFolder).Services)
    $running = @(foreach ($service in $services) { if ($service.State -ne 'Stopped') { $service.Name } })
    $known = @(foreach ($instance in $Change.Instances) { $instance.ServiceName })
    $unknown = @($running | Where-Object -FilterScript { $_ -notin $known })
    if ($unknown.Length -gt 0) {
        throw ("Expected only the services $($known -join ', ') to run from '$($Change.ProductFolder)', found " +
            "$($unknown -join ', ') too, which started after this run began. Nothing was stopped; run again.")
    }
    $own
    foreach ($instance in $Change.Instances) {
        if ($instance.ServiceName -ne $own.ServiceName -and $instance.ServiceName -in $running) {
            $instance
        }
    }
}
