function Update-WinServiceRecovery {
    <#
    .SYNOPSIS
        Sets what Windows does when a service fails; what is null stays as it is.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [AllowNull()][Nullable[long]]$ResetSeconds,
        [AllowNull()][AllowEmptyCollection()][string[]]$Actions,
        [AllowNull()][Nullable[bool]]$OnNonCrashFailures
    )

    if (-not $PSCmdlet.ShouldProcess($Name, 'Set recovery actions')) {
        return
    }
    if ($null -ne $ResetSeconds -or $null -ne $Actions) {
        # sc.exe takes both or neither.
        $current = Get-WinServiceRecovery -Name $Name
        $seconds = if ($null -ne $ResetSeconds) { $ResetSeconds } else { $current.ResetSeconds }
        $steps = if ($null -ne $Actions) { $Actions } else { $current.Actions }
        # For sc.exe no action is an empty word, the action command is run, and an empty text takes all actions away.
        $text = (@($steps) -join '/') -replace '\bnone/', '/' -replace '\bcommand/', 'run/'
        Invoke-WinServiceControl -Arguments 'failure', $Name, 'reset=', "$seconds", 'actions=', $text
    }
    if ($null -ne $OnNonCrashFailures) {
        $flag = if ($OnNonCrashFailures) { '1' } else { '0' }
        Invoke-WinServiceControl -Arguments 'failureflag', $Name, $flag
    }
}
