function Uninstall-WinPackage {
    <#
    .SYNOPSIS
        Removes an MSI product without a user interface.

    .PARAMETER ProductCode
        Product code, a GUID in braces.

    .PARAMETER LogPath
        Absolute path of the verbose log that msiexec writes; its folder must exist.

    .PARAMETER StopServices
        Names of services to stop first; those that do not exist are passed over.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, after which msiexec goes on by itself.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: exit code of msiexec: 0, 1641 or 3010.
        RebootRequired: whether the host waits for a restart.
        LogPath: full path of the log.

    .EXAMPLE
        Uninstall-WinPackage -ProductCode '{22B6AC11-E06C-4DBD-9C92-1D8A6485A554}' -LogPath C:\Windows\Temp\memurai.log
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$')]
        [string]$ProductCode,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$LogPath,
        [AllowEmptyCollection()][string[]]$StopServices = @(),
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 600
    )

    if ($PSCmdlet.ShouldProcess($ProductCode, 'Uninstall')) {
        Stop-WinServiceList -Name $StopServices
        return Invoke-WinInstaller -ArgumentText "/x $ProductCode" -LogPath $LogPath -TimeoutSeconds $TimeoutSeconds
    }
}
