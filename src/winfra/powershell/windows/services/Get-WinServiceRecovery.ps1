function Get-WinServiceRecovery {
    <#
    .SYNOPSIS
        Reads what Windows does when a service fails.
    #>
    # The service control manager keeps it in two registry values: FailureActions, a SERVICE_FAILURE_ACTIONS of five
    # 32-bit numbers (reset period in seconds, two place holders, number of actions, place holder) followed by the
    # actions, each a type and a delay in milliseconds; and FailureActionsOnNonCrashFailures.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Name
    )

    $key = "SYSTEM\CurrentControlSet\Services\$Name"
    $bytes = (Get-WinRegistryValue -Key $key -Name FailureActions).Value
    $flag = (Get-WinRegistryValue -Key $key -Name FailureActionsOnNonCrashFailures).Value
    $recovery = [pscustomobject]@{
        ResetSeconds       = [long]0
        Actions            = @()
        OnNonCrashFailures = $null -ne $flag -and $flag -ne 0
    }
    if ($bytes -isnot [byte[]] -or $bytes.Length -lt 20) {
        return $recovery
    }
    $recovery.ResetSeconds = [long][BitConverter]::ToUInt32($bytes, 0)
    $types = 'none', 'restart', 'reboot', 'command'
    $count = [Math]::Min([long][BitConverter]::ToUInt32($bytes, 12), [long][Math]::Floor(($bytes.Length - 20) / 8))
    $recovery.Actions = @(
        for ($index = 0; $index -lt $count; $index++) {
            $code = [BitConverter]::ToUInt32($bytes, 20 + 8 * $index)
            $type = if ($code -lt $types.Length) { $types[$code] } else { 'other' }
            "$type/$([BitConverter]::ToUInt32($bytes, 24 + 8 * $index))"
        }
    )
    return $recovery
}
