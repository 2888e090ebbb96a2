function ConvertTo-WinTaskTrigger {
    <#
    .SYNOPSIS
        Returns the trigger of a scheduled task that starts daily or every so many minutes.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$At,
        [Parameter(Mandatory = $true)][int]$EveryMinutes
    )

    $start = @{ At = [datetime]::new(2000, 1, 1); ErrorAction = 'Stop' }
    if ($EveryMinutes -gt 0) {
        # Without a duration it repeats for ever.
        $trigger = New-ScheduledTaskTrigger -Once -RepetitionInterval ([timespan]::FromMinutes($EveryMinutes)) @start
        $time = '00:00'
    }
    else {
        $trigger = New-ScheduledTaskTrigger -Daily @start
        $time = $At
    }
    # The cmdlet writes a time zone, and the task would keep to that one when the clocks change. Without it the time is
    # that of the host's clock.
    $trigger.StartBoundary = "2000-01-01T${time}:00"
    return $trigger
}
