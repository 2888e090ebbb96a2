function ConvertTo-WinTaskSetting {
    <#
    .SYNOPSIS
        Returns the settings that every scheduled task of this library has.

    .PARAMETER ExecutionTimeLimitMinutes
        Minutes after which a run is ended.

    .OUTPUTS
        [CimInstance] of MSFT_TaskSettings

    .EXAMPLE
        ConvertTo-WinTaskSetting -ExecutionTimeLimitMinutes 60
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [int]$ExecutionTimeLimitMinutes
    )

    $settings = @{
        AllowStartIfOnBatteries    = $true
        DontStopIfGoingOnBatteries = $true
        StartWhenAvailable         = $true
        MultipleInstances          = 'IgnoreNew'
        ExecutionTimeLimit         = [timespan]::FromMinutes($ExecutionTimeLimitMinutes)
    }
    return New-ScheduledTaskSettingsSet @settings -ErrorAction Stop
}
