function Invoke-MemuraiUpdate {
    <#
    .SYNOPSIS
        Does what Update-MemuraiProduct describes, while nobody else changes one of the instances.

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
    $Change.Instances = @(Resolve-MemuraiInstance -Change $Change)
    $locks = [Collections.Generic.List[IO.FileStream]]::new()
    try {
        foreach ($instance in $Change.Instances) {
            $locks.Add((Enter-MemuraiLock -Path "$($instance.Configuration).lock" -Purpose $Change.Purpose))
        }
        # Who can't be asked or can't save refuses the update here, before anything is stopped.
        foreach ($instance in $Change.Instances) {
            Save-MemuraiInstance -Instance $instance -TimeoutSeconds $Change.TimeoutSeconds
        }
        return Complete-MemuraiUpdate -Change $Change
    }
    finally {
        foreach ($lock in $locks) {
            $lock.Dispose()
        }
    }
}
