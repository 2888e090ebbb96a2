function Get-WinTaskRun {
    <#
    .SYNOPSIS
        Returns the state of a scheduled task, how its last run ended, and when it runs next.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Task
    )

    $information = Get-ScheduledTaskInfo -InputObject $Task -ErrorAction Stop
    $result = [pscustomobject]@{
        State          = "$($Task.State)"
        LastRunTimeUtc = $null
        LastTaskResult = $null
        NextRunTimeUtc = $null
    }
    # Of a task that never ran Windows says 30 November 1999, or nothing.
    if ($null -ne $information.LastRunTime -and $information.LastRunTime.Year -ge 2000) {
        $result.LastRunTimeUtc = ConvertTo-WinTimeText -Time $information.LastRunTime
        $result.LastTaskResult = [long]$information.LastTaskResult
    }
    if ($null -ne $information.NextRunTime -and $information.NextRunTime.Year -ge 2000) {
        $result.NextRunTimeUtc = ConvertTo-WinTimeText -Time $information.NextRunTime
    }
    return $result
}
