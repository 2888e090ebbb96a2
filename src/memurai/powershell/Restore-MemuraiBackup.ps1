function Restore-MemuraiBackup {
    <#
    .SYNOPSIS
        Gives a server the data of a backup, or the data it had when it does not load the backup.

    .DESCRIPTION
        One function, so that a lost connection can't leave it half done. In this order: the lock of the backups is
        taken; the backup is the one that was planned, whole, and accepted by the check tool, else it is refused by
        its name and the newest whole one is named; the server is a primary, and its disk has room; the snapshot of the
        backup is copied beside the data; a running server saves its data; the service is disabled and stopped; the
        present data is moved aside; the snapshot takes its place; the service gets its start type back and is started,
        and its server must have loaded all keys before a deadline.

        When it has not, what was put there is moved aside too, the former data goes back into its place, the service is
        started, and the function fails with the reason.

        If it is interrupted, the service stays disabled, and the folder restore.partial stays in the data folder: then
        a restore again brings the server back, and one that fails leaves both as they are. The data that the server
        had is in the folder aside of the first.

        Always the snapshot is restored, as the number of its keys is known; a backup's copy of the append-only file is
        for people. A server with an append-only file gets one that begins with the snapshot, for it loads nothing else.
        The configuration is not touched. Nothing that was there is ever deleted.

        Replicas of the server take the new data from it. The event 1030 or 1031 says how it went.

    .PARAMETER BackupFolder
        Absolute path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .PARAMETER Sha256
        SHA-256 that its manifest must have, in hexadecimal digits.

    .PARAMETER CheckPath
        Absolute path of memurai-check-rdb.exe.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER User
        Name of an ACL user. Empty, the password is the default user's.

    .PARAMETER Password
        Password. Not given, memurai-cli does not authenticate.

    .PARAMETER TlsCaFile
        Absolute path of the certificates that the server's must be signed by. Empty, the connection is not encrypted.

    .PARAMETER TlsCertFile
        Absolute path of the client's certificate; empty for none.

    .PARAMETER TlsKeyFile
        Absolute path of its key; empty for none.

    .PARAMETER ServiceName
        Name of the service. It is started at the end, whether it ran or not.

    .PARAMETER ConfigurationPath
        Absolute path of the configuration file.

    .PARAMETER DataFolder
        Absolute path of the server's data folder.

    .PARAMETER SnapshotName
        Name of the snapshot in it.

    .PARAMETER AppendOnlyFolder
        Name of the folder of the append-only file in it.

    .PARAMETER AsideFolder
        Absolute path of an empty or missing folder for the present data, on the same volume. It is never removed; what
        did not load goes to the same path with -failed after it.

    .PARAMETER StartType
        Start type that the service gets when it is found Disabled, as an interrupted restore leaves it.

    .PARAMETER AppendOnly
        Whether the server writes an append-only file.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each: to save, to stop, to start, and to load.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the backup.
        Keys: number of keys that were loaded.
        ExpectedKeys: number of keys in the backup without those whose lifetime has ended.
        AsideFolder: full path of the folder with the data that the server had.
        ElapsedMilliseconds: how long it took.

    .EXAMPLE
        Restore-MemuraiBackup -BackupFolder C:\Backups\Redis -Name 20260101T020000Z -Sha256 $planned @server @files
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder,
        [Parameter(Mandatory = $true)][ValidatePattern('^\d{8}T\d{6}Z$')][string]$Name,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CheckPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [string]$User = '',
        [securestring]$Password,
        [string]$TlsCaFile = '', [string]$TlsCertFile = '', [string]$TlsKeyFile = '',
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ConfigurationPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$DataFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$SnapshotName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$AppendOnlyFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$AsideFolder,
        [ValidateSet('Automatic', 'Manual')][string]$StartType = 'Automatic',
        [bool]$AppendOnly = $false,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    if (-not $PSCmdlet.ShouldProcess($ServiceName, "Restore $Name")) {
        return
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $folder = Resolve-WinPath -Path $BackupFolder
    $data = Resolve-WinPath -Path $DataFolder
    $restore = @{
        Server = @{
            CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
            TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile
        }
        Folder = $folder; Name = $Name; Sha256 = $Sha256.ToLowerInvariant(); Check = $CheckPath
        ServiceName = $ServiceName; Configuration = Resolve-WinPath -Path $ConfigurationPath; Data = $data
        SnapshotName = $SnapshotName; AppendOnlyFolder = $AppendOnlyFolder; DataNames = $SnapshotName, $AppendOnlyFolder
        Aside = Resolve-WinPath -Path $AsideFolder; Stage = [IO.Path]::Combine($data, 'restore.partial')
        StartType = $StartType; IsDisabled = $false; WasInterrupted = $false
        AppendOnly = $AppendOnly; TimeoutSeconds = $TimeoutSeconds; IsAside = $false; Keys = $null; ExpectedKeys = $null
    }
    $log = @{ Source = 'MemuraiProduction' }
    try {
        Assert-MemuraiBackupName -Folder $folder -Name $Name
        Invoke-MemuraiLockedRestore -Restore $restore
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
        $null = Write-WinEvent @log -EventId 1031 -EntryType Error -Message $reason
        throw
    }
    $text = "The backup $Name was restored: $($restore['Keys']) keys. The data before it is in $($restore.Aside)."
    $null = Write-WinEvent @log -EventId 1030 -EntryType Information -Message $text
    return [pscustomobject]@{
        Name = $Name; Keys = $restore['Keys']; ExpectedKeys = $restore.ExpectedKeys; AsideFolder = $restore.Aside
        ElapsedMilliseconds = $watch.ElapsedMilliseconds
    }
}
