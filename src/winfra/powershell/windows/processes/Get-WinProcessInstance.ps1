function Get-WinProcessInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a process, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)][long]$ProcessId
    )

    return Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $ProcessId"
}
