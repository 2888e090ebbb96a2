function Get-WinPendingReboot {
    <#
    .SYNOPSIS
        Returns the reasons why Windows waits for a restart.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $current = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
    if ((Get-WinRegistryValue -Key "$current\Component Based Servicing\RebootPending").KeyExists) {
        'ComponentBasedServicing'
    }
    if ((Get-WinRegistryValue -Key "$current\WindowsUpdate\Auto Update\RebootRequired").KeyExists) {
        'WindowsUpdate'
    }
    $control = 'SYSTEM\CurrentControlSet\Control'
    $renames = Get-WinRegistryValue -Key "$control\Session Manager" -Name PendingFileRenameOperations
    if (@($renames.Value | Where-Object -FilterScript { -not [string]::IsNullOrEmpty($_) }).Length -gt 0) {
        'PendingFileRenameOperations'
    }
    $active = Get-WinRegistryValue -Key "$control\ComputerName\ActiveComputerName" -Name ComputerName
    $next = Get-WinRegistryValue -Key "$control\ComputerName\ComputerName" -Name ComputerName
    if ($active.Value -ne $next.Value) {
        'ComputerRename'
    }
}
