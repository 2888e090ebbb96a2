function Get-WinTaskInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a scheduled task, or nothing.

    .PARAMETER Name
        Name of the task.

    .PARAMETER Folder
        Folder of the Task Scheduler that the task is in.

    .PARAMETER Required
        Whether a missing task is an error.

    .OUTPUTS
        [CimInstance] of MSFT_ScheduledTask

    .EXAMPLE
        Get-WinTaskInstance -Name 'Memurai backup' -Folder '\'
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [bool]$Required = $false
    )

    $path = $Folder.TrimEnd('\') + '\'
    try {
        # A function of another module, to which this module's $ErrorActionPreference means nothing.
        return Get-ScheduledTask -TaskName $Name -TaskPath $path -ErrorAction Stop
    }
    catch {
        if ($_.CategoryInfo.Category -ne [Management.Automation.ErrorCategory]::ObjectNotFound) {
            throw
        }
    }
    if ($Required) {
        throw "Expected the scheduled task '$path$Name', found none of that name. Register it first."
    }
}
