function ConvertFrom-WinTaskTrigger {
    <#
    .SYNOPSIS
        Returns a trigger of a scheduled task as a plain object.
    #>
    # Daily and Repetition are only what ConvertTo-WinTaskTrigger makes: at a local time, in force already, without an
    # end or a random delay, every day or for ever. Anything else is Other.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Trigger
    )

    $result = [pscustomobject]@{ Kind = 'Other'; At = $null; EveryMinutes = $null; Enabled = [bool]$Trigger.Enabled }
    $class = $Trigger.CimClass.CimClassName
    $start = [string]$Trigger.StartBoundary
    $now = [datetime]::Now.ToString('s', [cultureinfo]::InvariantCulture)
    if ($class -notin 'MSFT_TaskDailyTrigger', 'MSFT_TaskTimeTrigger' -or
        $start -notmatch '^\d{4}-\d\d-\d\dT\d\d:\d\d:00$' -or [string]::CompareOrdinal($start, $now) -gt 0 -or
        -not [string]::IsNullOrEmpty($Trigger.EndBoundary) -or -not [string]::IsNullOrEmpty($Trigger.RandomDelay)) {
        return $result
    }
    $repetition = $Trigger.Repetition
    $interval = if ($null -eq $repetition) { '' } else { [string]$repetition.Interval }
    if ($class -eq 'MSFT_TaskDailyTrigger') {
        if ($Trigger.DaysInterval -eq 1 -and $interval -eq '') {
            $result.Kind = 'Daily'
            $result.At = $start.Substring(11, 5)
        }
    }
    elseif ($interval -ne '' -and [string]::IsNullOrEmpty($repetition.Duration)) {
        $minutes = ConvertTo-WinMinuteCount -Duration $interval
        if ($null -ne $minutes) {
            $result.Kind = 'Repetition'
            $result.At = $start.Substring(11, 5)
            $result.EveryMinutes = $minutes
        }
    }
    return $result
}
