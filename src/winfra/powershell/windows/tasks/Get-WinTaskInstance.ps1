function Get-WinTaskInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a scheduled task of the root folder, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [bool]$Required = $false
    )

    $task = $null
    try {
        # A function of another module, to which this module's $ErrorActionPreference means nothing.
        $task = Get-ScheduledTask -TaskName $Name -TaskPath '\' -ErrorAction Stop
    }
    catch {
        if ($_.CategoryInfo.Category -ne [Management.Automation.ErrorCategory]::ObjectNotFound) {
            throw
        }
    }
    if ($null -eq $task -and $Required) {
        throw "Expected the scheduled task '\$Name', found none of that name. Register it first."
    }
    return $task
}
