function Update-MemuraiProduct {
    <#
    .SYNOPSIS
        Installs another version under a server, and the former one again when the server does not come up on it.

    .DESCRIPTION
        One function, so that a lost connection can't leave it half done. One update of a product runs at a time:
        another one waits, and does nothing when the version is there then.

        In this order: both packages are what they shall be (SHA-256); nobody else changes one of the instances; every
        server that runs from the product's folder saves its data and is stopped; the data of each is copied into a
        folder of its own in the backup folder and the copy compared with it (SHA-256); the package is installed; the
        services are started and each server must answer PING with its data loaded before a deadline.

        When one does not, a server that hangs is ended, the new version is uninstalled and the former one installed. If
        data was changed meanwhile, as a newer server may write what an older one can't read, it goes beside the copy,
        and the copy into its place. Then the services are started, and the function fails with the reason.

    .PARAMETER Path
        Absolute path of the package of the version to install.

    .PARAMETER Sha256
        SHA-256 that it must have, in hexadecimal digits.

    .PARAMETER Version
        That version, for the names of logs and folders.

    .PARAMETER FormerPath
        Absolute path of the package of the version that is installed.

    .PARAMETER FormerSha256
        SHA-256 that it must have, in hexadecimal digits.

    .PARAMETER FormerVersion
        That version, for the names of logs and folders.

    .PARAMETER ProductName
        Display name of the product; * and ? stand for any characters. Exactly one product must have it.

    .PARAMETER ProductFolder
        Absolute path of the folder the product is installed in.

    .PARAMETER Properties
        Public properties of both packages as NAME=value. No secrets.

    .PARAMETER LogFolder
        Absolute path of the folder for the installer's logs.

    .PARAMETER ServiceName
        Name of the service. It is started at the end, whether it ran or not.

    .PARAMETER ConfigurationPath
        Absolute path of its configuration.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER Password
        Password. Not given, memurai-cli does not authenticate.

    .PARAMETER User
        Name of an ACL user. Not given, the password is the default user's.

    .PARAMETER TlsCaFile
        Path of the authorities' certificates on this host. Given, the connection is encrypted.

    .PARAMETER TlsCertFile
        Path of the client's certificate, for a server that asks for one.

    .PARAMETER TlsKeyFile
        Path of its private key.

    .PARAMETER DataFolder
        Absolute path of the server's data folder.

    .PARAMETER DataNames
        Names of the files and folders in it that are its data; those that are not there are passed over.

    .PARAMETER BackupFolder
        Absolute path of the folder in which the data is put aside. What is put there is never removed.

    .PARAMETER Neighbours
        The other services that run from the product's folder: objects with ServiceName, ConfigurationPath, HoldsData,
        Address, Port, Password, User, TlsCaFile, TlsCertFile, TlsKeyFile, DataFolder and DataNames. One that holds no
        data (a Sentinel) is neither saved nor asked.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each: to save, to stop, to start, and to load and answer.

    .OUTPUTS
        [pscustomobject] with the properties
        AsideFolder: full path of the folder with the copy of the data; null when the version was there already. The
            copies of the other services' data stand beside it, with -of- and the service's name at the end.
        RebootRequired: whether the host waits for a restart.

    .EXAMPLE
        Update-MemuraiProduct @packages @server -DataFolder $data -DataNames dump.rdb -BackupFolder C:\Backups\Redis
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Za-z.-]+$')][string]$Version,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$FormerPath,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$FormerSha256,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Za-z.-]+$')][string]$FormerVersion,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProductFolder,
        [AllowEmptyCollection()][string[]]$Properties = @(),
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$LogFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ConfigurationPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [securestring]$Password,
        [string]$User,
        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$DataFolder,
        [Parameter(Mandatory = $true)][string[]]$DataNames,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder,
        [AllowEmptyCollection()][psobject[]]$Neighbours = @(),
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    if (-not $PSCmdlet.ShouldProcess($ProductName, "Update to $Version")) {
        return
    }
    $time = [DateTime]::UtcNow.ToString('yyyyMMddTHHmmssfffZ', [Globalization.CultureInfo]::InvariantCulture)
    # Unique even when a clock that was set back lives through the same moment again.
    $kept = "data-of-$FormerVersion-before-$Version-$time-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $aside = [IO.Path]::Combine((Resolve-WinPath -Path $BackupFolder), $kept)
    $logs = Resolve-WinPath -Path $LogFolder
    $own = @{
        ServiceName = $ServiceName; ConfigurationPath = $ConfigurationPath; HoldsData = $true
        Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile
        DataFolder = $DataFolder; DataNames = $DataNames
    }
    $instances = @(ConvertTo-MemuraiInstance -Item $own -CliPath $CliPath -Aside $aside)
    foreach ($item in $Neighbours) {
        $instances += ConvertTo-MemuraiInstance -Item $item -CliPath $CliPath -Aside "$aside-of-$($item.ServiceName)"
    }
    return Enter-MemuraiUpdate -Change @{
        Purpose = "Update-MemuraiProduct to $Version for $ServiceName"
        New = @{ Path = $Path; Sha256 = $Sha256; LogPath = "$logs\install-$Version.log" }; Version = $Version
        Former = @{ Path = $FormerPath; Sha256 = $FormerSha256; LogPath = "$logs\reinstall-$FormerVersion.log" }
        FormerVersion = $FormerVersion; RemovalLog = "$logs\uninstall-$Version.log"; Properties = $Properties
        ProductName = $ProductName; ProductFolder = Resolve-WinPath -Path $ProductFolder; Instances = $instances
        TimeoutSeconds = $TimeoutSeconds
    }
}
