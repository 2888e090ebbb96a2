function Get-MemuraiSlowLogCheck {
    <#
    .SYNOPSIS
        Judges how many commands were slow since the last check.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiSlowLogCheck -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $limit = $Health.Settings.SlowlogGrowthWarning
    $growth = $null
    $value = "not known: $($Health.SlowLog.Reason)"
    if ($null -ne $Health.SlowLog.Entries) {
        $growth = Get-MemuraiGrowth -Health $Health -Name SlowLogEntries -Count $Health.SlowLog.Entries
        $value = "$($Health.SlowLog.Entries) entries since the server started"
    }
    if ($null -ne $growth) {
        $value = "$growth new entries since the last check"
    }
    $isSlow = $null -ne $growth -and $growth -ge $limit
    $check = @{
        Name     = 'slow_log'
        Status   = Get-MemuraiStatus -IsCritical $false -IsWarning ($isSlow -or $null -eq $Health.SlowLog.Entries)
        Value    = $value
        Expected = "less than $limit new entries since the last check"
        Advice   = 'Which commands, and what to do about them: tasks/diagnose.py. It needs the right to SLOWLOG GET.'
    }
    ConvertTo-MemuraiCheck @check
}
