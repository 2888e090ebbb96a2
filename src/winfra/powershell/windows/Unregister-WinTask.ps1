function Unregister-WinTask {
    <#
    .SYNOPSIS
        Removes the scheduled task of a name, if there is one. A run that is under way goes on.

    .PARAMETER Name
        Name of the task.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the task.
        Removed: whether it was removed now.

    .EXAMPLE
        Unregister-WinTask -Name 'Memurai backup'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^\\/:*?"<>|\[\]]+$')][string]$Name
    )

    $removed = $false
    $task = Get-WinTaskInstance -Name $Name
    if ($null -ne $task -and $PSCmdlet.ShouldProcess($Name, 'Remove scheduled task')) {
        $null = Unregister-ScheduledTask -InputObject $task -Confirm:$false -ErrorAction Stop
        $removed = $true
    }
    return [pscustomobject]@{ Name = $Name; Removed = $removed }
}
