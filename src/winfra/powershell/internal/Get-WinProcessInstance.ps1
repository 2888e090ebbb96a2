function Get-WinProcessInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a process, or nothing.

    .PARAMETER ProcessId
        Id of the process.

    .OUTPUTS
        [CimInstance] of Win32_Process

    .EXAMPLE
        Get-WinProcessInstance -ProcessId 4
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [long]$ProcessId
    )

    return Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $ProcessId"
}
