function Start-WinTask {
    <#
    .SYNOPSIS
        Starts a scheduled task now and waits until that very run has ended.

    .DESCRIPTION
        A run that is under way already is waited for first. What the run came to is for the caller to judge, by its
        LastTaskResult.

    .PARAMETER Name
        Name of the task.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, for a run that is under way and for the own one together.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the task.
        LastTaskResult: exit code of the run, or a code of the Task Scheduler such as 267014 when it was ended.
        ElapsedMilliseconds: milliseconds from the start until the run was found ended.

    .EXAMPLE
        Start-WinTask -Name 'Memurai backup' -TimeoutSeconds 900
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^\\/:*?"<>|\[\]]+$')][string]$Name,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 600
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $waiting = @{ Name = $Name; Watch = $watch; TimeoutSeconds = $TimeoutSeconds }
    $task = Get-WinTaskInstance -Name $Name -Required $true
    if (-not $task.Settings.Enabled) {
        throw "Expected the scheduled task '\$Name' to be enabled, found it Disabled. Enable or register it again."
    }
    if (-not $PSCmdlet.ShouldProcess($Name, 'Start scheduled task')) {
        return
    }
    $former = Wait-WinTaskEnd @waiting
    $started = $watch.ElapsedMilliseconds
    # A function of another module, to which this module's $ErrorActionPreference means nothing.
    $null = Start-ScheduledTask -InputObject $task -ErrorAction Stop
    $run = Wait-WinTaskEnd @waiting -Former ([string]$former.LastRunTimeUtc)
    return [pscustomobject]@{
        Name                = $Name
        LastTaskResult      = $run.LastTaskResult
        ElapsedMilliseconds = [long]($watch.ElapsedMilliseconds - $started)
    }
}
