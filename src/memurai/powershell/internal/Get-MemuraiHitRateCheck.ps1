function Get-MemuraiHitRateCheck {
    <#
    .SYNOPSIS
        Judges how often a key that is looked up is there.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Metrics
        The figures of the server.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiHitRateCheck -Health $health -Metrics $metrics
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Metrics
    )

    $least = $Health.Settings.HitRateWarningPercent
    $percent = $(if ($null -eq $Metrics.KeyspaceHitRatio) { $null } else { 100 * $Metrics.KeyspaceHitRatio })
    $isJudged = $Metrics.KeyspaceHits + $Metrics.KeyspaceMisses -ge 1000
    $expected = "at least $least % of all lookups since the server started to find their key"
    $check = @{
        Name     = 'hit_rate'
        Status   = Get-MemuraiStatus -IsCritical $false -IsWarning ($isJudged -and $percent -lt $least)
        Value    = $(if ($null -eq $percent) { 'no lookups yet' } else { "$([Math]::Floor($percent)) %" })
        Expected = $(if ($isJudged) { $expected } else { "$expected, but not judged: so few say nothing" })
        Advice   = ('Are keys evicted (memory), do they expire too early, does the application ask for what it never ' +
            'stored? Where misses are the rule, as for a list of revoked tokens, set ' +
            'memurai_monitoring.hit_rate_warning_percent to 0.')
    }
    ConvertTo-MemuraiCheck @check
}
