function Install-WinPackage {
    <#
    .SYNOPSIS
        Installs an MSI package without a user interface.

    .PARAMETER Path
        Absolute path of the package.

    .PARAMETER Sha256
        SHA-256 that the package must have, in hexadecimal digits. It is checked before anything else.

    .PARAMETER LogPath
        Absolute path of the verbose log that msiexec writes; its folder must exist.

    .PARAMETER Properties
        Public properties as NAME=value. They are on msiexec's command line, which others may see: no secrets.

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
        Install-WinPackage -Path C:\Windows\Temp\memurai.msi -Sha256 $digest -LogPath C:\Windows\Temp\memurai.log
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$LogPath,
        [AllowEmptyCollection()][ValidatePattern('^[A-Z_][A-Z0-9_.]*=', Options = 'None')][string[]]$Properties = @(),
        [AllowEmptyCollection()][string[]]$StopServices = @(),
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 600
    )

    $package = Resolve-WinPath -Path $Path
    if ((Get-WinPathKind -Path $package) -ne 'File') {
        throw "Expected the package '$package', found no such file. Upload it first."
    }
    $found = Get-WinFileHash -Path $package
    if ($found -ne $Sha256) {
        throw "Expected SHA-256 $($Sha256.ToLowerInvariant()) of '$package', found $found. Upload the right package."
    }
    if (-not $PSCmdlet.ShouldProcess($package, 'Install')) {
        return
    }
    Stop-WinServiceList -Name $StopServices
    $text = "/i `"$package`""
    foreach ($property in $Properties) {
        # The Windows Installer takes a value in quotation marks, in which a quotation mark is doubled.
        $name, $value = $property.Split([char[]]'=', 2)
        $quoted = $value.Replace('"', '""')
        $text += " $name=`"$quoted`""
    }
    return Invoke-WinInstaller -ArgumentText $text -LogPath $LogPath -TimeoutSeconds $TimeoutSeconds
}
