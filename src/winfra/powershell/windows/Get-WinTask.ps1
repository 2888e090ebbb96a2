function Get-WinTask {
    <#
    .SYNOPSIS
        Reads a scheduled task of the root folder: what it does, when, as whom, and how its last run ended.

    .PARAMETER Name
        Name of the task.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the task.
        Exists: whether there is such a task; if not, everything after this is null or empty.
        Description: text for people; null when it has none.
        Execute: its program; null unless running one program is all that it does.
        Arguments: arguments of the program; null when it has none.
        WorkingDirectory: folder that the program starts in; null when it is left to Windows.
        UserSid: security identifier of the account or group that it runs as; null when Windows knows it no longer.
        RunLevel: Highest or Limited.
        LogonType: ServiceAccount, Password, S4U, Interactive and so on.
        Triggers: objects with Kind (Daily, Other, or Repetition, which is for ever), At (HH:mm by the host's clock;
        null if Other), EveryMinutes (null unless a Repetition), Enabled.
        StartWhenAvailable: whether a run that was missed is made up for.
        MultipleInstances: what becomes of a start while it runs: IgnoreNew, Queue, Parallel or StopExisting.
        ExecutionTimeLimitMinutes: minutes after which a run is ended, 0 for never; null when they are not whole.
        AllowStartOnBatteries: whether it starts on batteries.
        StopOnBatteries: whether a run is ended when the host goes on batteries.
        Enabled: whether it can run at all.
        State: Ready, Running, Disabled, Queued or Unknown.
        LastRunTimeUtc: start of the last run, ISO 8601 in UTC; null when it never ran.
        LastTaskResult: exit code of the last run, or a code of the Task Scheduler such as 267009 while it runs; null
        when it never ran.
        NextRunTimeUtc: when it runs next, ISO 8601 in UTC; null when that is never.

    .EXAMPLE
        Get-WinTask -Name 'Memurai backup'
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^\\/:*?"<>|\[\]]+$')][string]$Name
    )

    $result = [pscustomobject]@{
        Name                      = $Name
        Exists                    = $false
        Description               = $null
        Execute                   = $null
        Arguments                 = $null
        WorkingDirectory          = $null
        UserSid                   = $null
        RunLevel                  = $null
        LogonType                 = $null
        Triggers                  = @()
        StartWhenAvailable        = $null
        MultipleInstances         = $null
        ExecutionTimeLimitMinutes = $null
        AllowStartOnBatteries     = $null
        StopOnBatteries           = $null
        Enabled                   = $null
        State                     = $null
        LastRunTimeUtc            = $null
        LastTaskResult            = $null
        NextRunTimeUtc            = $null
    }
    $task = Get-WinTaskInstance -Name $Name
    if ($null -eq $task) {
        return $result
    }
    $result.Exists = $true
    foreach ($part in (Get-WinTaskDefinition -Task $task), (Get-WinTaskRun -Task $task)) {
        foreach ($property in $part.PSObject.Properties) {
            # Windows answers an empty text for some that it does not have.
            if ('' -cne $property.Value) {
                $result.($property.Name) = $property.Value
            }
        }
    }
    return $result
}
