function Get-WinService {
    <#
    .SYNOPSIS
        Reads configuration and state of a service.

    .PARAMETER Name
        Name of the service, not its display name.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        Exists: whether there is such a service; if not, everything after this is null or empty.
        DisplayName: name for people.
        Description: text for people.
        ImagePath: command line of its program.
        Account: account it runs as, as the service control manager says it.
        StartType: Automatic, Manual or Disabled.
        State: Running, Stopped, StartPending, StopPending, Paused and so on.
        ProcessId: id of its process, 0 when it has none.
        ProcessStartTimeUtc: start of its process, ISO 8601 in UTC; null when it has none.
        ExitCode: Win32 exit code of its last run.
        RecoveryResetSeconds: seconds without a failure after which failures are counted anew.
        RecoveryActions: texts such as restart/5000, one a failure: none, restart, reboot or command, and milliseconds.
        RecoverOnNonCrashFailures: whether a stop with an exit code other than 0 counts as a failure.

    .EXAMPLE
        Get-WinService -Name Memurai
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name
    )

    $result = [pscustomobject]@{
        Name                      = $Name
        Exists                    = $false
        DisplayName               = $null
        Description               = $null
        ImagePath                 = $null
        Account                   = $null
        StartType                 = $null
        State                     = $null
        ProcessId                 = $null
        ProcessStartTimeUtc       = $null
        ExitCode                  = $null
        RecoveryResetSeconds      = $null
        RecoveryActions           = @()
        RecoverOnNonCrashFailures = $null
    }
    $service = Get-WinServiceInstance -Name $Name
    if ($null -eq $service) {
        return $result
    }
    $recovery = Get-WinServiceRecovery -Name $service.Name
    $result.Name = $service.Name
    $result.Exists = $true
    $result.DisplayName = $service.DisplayName
    $result.Description = $service.Description
    $result.ImagePath = $service.PathName
    $result.Account = $service.StartName
    # Win32_Service says Auto where everything else says Automatic.
    $result.StartType = $service.StartMode -replace '^Auto$', 'Automatic'
    $result.State = Get-WinServiceState -Service $service
    $result.ProcessId = [int]$service.ProcessId
    if ($result.ProcessId -ne 0) {
        $process = Get-WinProcessInstance -ProcessId $result.ProcessId
        if ($null -ne $process) {
            $result.ProcessStartTimeUtc = ConvertTo-WinTimeText -Time $process.CreationDate
        }
    }
    $result.ExitCode = [long]$service.ExitCode
    $result.RecoveryResetSeconds = $recovery.ResetSeconds
    $result.RecoveryActions = $recovery.Actions
    $result.RecoverOnNonCrashFailures = $recovery.OnNonCrashFailures
    return $result
}
