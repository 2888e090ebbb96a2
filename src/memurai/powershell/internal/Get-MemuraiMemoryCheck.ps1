function Get-MemuraiMemoryCheck {
    <#
    .SYNOPSIS
        Judges how full the memory is, and how much of it is wasted.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiMemoryCheck -Health $health -Metrics $metrics
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics
    )

    $settings = $Health.Settings
    $used = [Math]::Round($Metrics.UsedMemoryBytes / 1mb)
    # A server without a limit takes all the memory of the host in the end.
    $limit = $Metrics.MaxmemoryBytes
    $percent = $(if ($limit -eq 0) { 0 } else { 100 * $Metrics.UsedMemoryBytes / $limit })
    $isCritical = $percent -ge $settings.MemoryCriticalPercent
    $isWarning = $limit -eq 0 -or $percent -ge $settings.MemoryWarningPercent
    # With any other policy a full server goes on: it evicts.
    $isFatal = $Health.Information['maxmemory_policy'] -ceq 'noeviction'
    $memory = @{
        Name     = 'memory'
        Status   = Get-MemuraiStatus -IsCritical ($isFatal -and $isCritical) -IsWarning $isWarning
        Value    = "$used of $([Math]::Round($limit / 1mb)) MB ($([Math]::Floor($percent)) %)"
        Expected = "a limit, and less than $($settings.MemoryWarningPercent) % of it used"
        Advice   = ("At 100 % the policy decides, $($Health.Information['maxmemory_policy']): keys are evicted or " +
            'writes fail. Raise memurai_memory.maxmemory, or store less and for a shorter time.')
    }
    ConvertTo-MemuraiCheck @memory
    $isJudged = $Metrics.UsedMemoryBytes -gt 64mb
    $isWasted = $isJudged -and $Metrics.MemoryFragmentationRatio -ge $settings.FragmentationWarningRatio
    $ideal = "less than $($settings.FragmentationWarningRatio)"
    $fragmentation = @{
        Name     = 'fragmentation'
        Status   = Get-MemuraiStatus -IsCritical $false -IsWarning $isWasted
        Value    = "$($Metrics.MemoryFragmentationRatio)"
        Expected = $(if ($isJudged) { $ideal } else { "$ideal, but not judged: below 64 MB of data it says nothing" })
        Advice   = 'Restart the service when that suits, in a replica set the replicas first: it gives the memory back.'
    }
    ConvertTo-MemuraiCheck @fragmentation
}
