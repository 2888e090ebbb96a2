function Get-WinTaskDefinition {
    <#
    .SYNOPSIS
        Returns what a scheduled task does, when, and as whom.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][CimInstance]$Task
    )

    # The module's own enumeration lacks StopExisting, and its property throws for it: the number is read instead.
    $policies = 'Parallel', 'Queue', 'IgnoreNew', 'StopExisting'
    $principal = $Task.Principal
    $settings = $Task.Settings
    $account = if ([string]::IsNullOrEmpty($principal.UserId)) { $principal.GroupId } else { $principal.UserId }
    $actions = @($Task.Actions)
    $program = $null
    if ($actions.Length -eq 1 -and $actions[0].CimClass.CimClassName -eq 'MSFT_TaskExecAction') {
        $program = $actions[0]
    }
    return [pscustomobject]@{
        Description               = $Task.Description
        Execute                   = $(if ($null -ne $program) { $program.Execute })
        Arguments                 = $(if ($null -ne $program) { $program.Arguments })
        WorkingDirectory          = $(if ($null -ne $program) { $program.WorkingDirectory })
        UserSid                   = Get-WinAccountSid -Account ([string]$account)
        # Enumerations of the module, by name and not by number.
        RunLevel                  = "$($principal.RunLevel)"
        LogonType                 = "$($principal.LogonType)"
        Triggers                  = @(foreach ($item in $Task.Triggers) { ConvertFrom-WinTaskTrigger -Trigger $item })
        StartWhenAvailable        = [bool]$settings.StartWhenAvailable
        MultipleInstances         = $policies[[int]$settings.CimInstanceProperties['MultipleInstances'].Value]
        ExecutionTimeLimitMinutes = ConvertTo-WinMinuteCount -Duration ([string]$settings.ExecutionTimeLimit)
        AllowStartOnBatteries     = -not $settings.DisallowStartIfOnBatteries
        StopOnBatteries           = [bool]$settings.StopIfGoingOnBatteries
        Enabled                   = [bool]$settings.Enabled
    }
}
