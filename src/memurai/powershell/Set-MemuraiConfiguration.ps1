function Set-MemuraiConfiguration {
    <#
    .SYNOPSIS
        Puts a new configuration in the place of the present one, or leaves everything as it was.

    .DESCRIPTION
        In this order: the new text is written beside the present file; the real server starts on it, on a port and in
        a folder of its own; the running server takes what it can take without a restart; the file is swapped; the
        service is restarted if need be and must become healthy before a deadline, else the last known good
        configuration is put back and the service is restarted with it.

        The last known good configuration stays beside the new one, as <file>.last-known-good, until that is proven. Of
        a run that was ended before that it is kept: it is the way back from the next change too, and goes when the
        service has restarted with the new configuration or its server answers as that says.

        While another change of the same configuration is under way, this one is refused.

        The trial runs as the account of this session. That the service's own account may read and write its folders,
        and that the real port and address are free, only the real start can prove.

    .PARAMETER Path
        Absolute path of the configuration file.

    .PARAMETER Content
        The whole new text. Only here it becomes a file, <file>.<8 digits>.staged, which is gone at the end, whatever
        happens; what a run left that was ended half way goes too.

    .PARAMETER HistoryFolder
        Absolute path of the folder that keeps earlier configurations. Created if missing.

    .PARAMETER Keep
        How many earlier configurations stay there.

    .PARAMETER ProgramPath
        Absolute path of memurai.exe.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER ServiceName
        Name of the service. Missing or stopped, it is not started; the file is changed all the same.

    .PARAMETER Address
        Address at which the server is reached from its host with the new configuration.

    .PARAMETER Port
        Port of the server with the new configuration.

    .PARAMETER ScratchFolder
        Absolute path of an empty or missing folder for the trial. It is gone at the end.

    .PARAMETER ScratchPort
        A free port for the trial, on 127.0.0.1.

    .PARAMETER Password
        Password of the new configuration. Not given, it has none.

    .PARAMETER User
        ACL user of the new configuration that the password belongs to. Not given, it is the default user.

    .PARAMETER TlsCaFile
        Path of the authorities' certificates on this host. Given, the new configuration's port is one for TLS.

    .PARAMETER TlsCertFile
        Path of the client's certificate, for a server that asks for one.

    .PARAMETER TlsKeyFile
        Path of its private key.

    .PARAMETER LivePassword
        Password of the running server. Not given, it is that of the new configuration.

    .PARAMETER LiveUser
        User of the running server; empty for the default user. Not given, it is that of the new configuration.

    .PARAMETER LiveTlsCaFile
        TlsCaFile of the running server; empty for a connection that is not encrypted. Not given, it is that of the new
        configuration; so are the next two.

    .PARAMETER LiveTlsCertFile
        TlsCertFile of the running server.

    .PARAMETER LiveTlsKeyFile
        TlsKeyFile of the running server.

    .PARAMETER LiveAddress
        Address at which the running server is reached. Not given, it is Address.

    .PARAMETER LivePort
        Port of the running server. Not given, it is Port.

    .PARAMETER LiveCommand
        Whole command line, quoted as memurai-cli reads it, that gives the running server the new values: one CONFIG
        SET, which takes all of them or none. Not given, there is nothing it could take.

    .PARAMETER UndoCommand
        Whole command line that gives it the former values back. Run when a later step fails before the file is swapped.

    .PARAMETER EnableAppendOnly
        Whether the running server is switched to its append-only file first. A restart would load an empty one.

    .PARAMETER AppendOnlyCommand
        Whole command line that does that.

    .PARAMETER Restart
        Whether the change needs a restart.

    .PARAMETER ExpectedRole
        Role that the server must have after the restart.

    .PARAMETER ExpectAppendOnly
        Whether it must write an append-only file after the change. Not so, one that has such a file writes a snapshot
        before it takes the new values: its next start loads nothing else.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, of each start up to a healthy server and of the first writing of the append-only file.

    .OUTPUTS
        [pscustomobject] with the properties
        Applied: Unchanged, File (written only), Live (the running server took it) or Restart.
        HistoryPath: full path at which the former configuration is kept, null when there was none or nothing changed.
        TrialMilliseconds: how long the trial took, null when there was none.
        ElapsedMilliseconds: how long everything took.

    .EXAMPLE
        Set-MemuraiConfiguration @files @programs @server -Content $text -Restart $true -TimeoutSeconds 600
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][securestring]$Content,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$HistoryFolder,
        [ValidateRange(1, 1000)][int]$Keep = 10,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProgramPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ScratchFolder,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$ScratchPort,
        [securestring]$Password,
        [string]$User,
        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,
        [securestring]$LivePassword,
        [string]$LiveUser,
        [string]$LiveTlsCaFile,
        [string]$LiveTlsCertFile,
        [string]$LiveTlsKeyFile,
        [string]$LiveAddress,
        [ValidateRange(1, 65535)][int]$LivePort,
        [securestring]$LiveCommand,
        [securestring]$UndoCommand,
        [bool]$EnableAppendOnly = $false,
        [securestring]$AppendOnlyCommand,
        [bool]$Restart = $false,
        [ValidateSet('master', 'slave')][string]$ExpectedRole = 'master',
        [bool]$ExpectAppendOnly = $false,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    if (-not $PSCmdlet.ShouldProcess($Path, 'Set configuration')) {
        return
    }
    $target = Resolve-WinPath -Path $Path
    $server = Get-MemuraiServerPair -Bound $PSBoundParameters
    $health = @{ loading = '0'; role = $ExpectedRole.ToLowerInvariant(); aof_enabled = "$([int]$ExpectAppendOnly)" }
    return Invoke-MemuraiConfigurationChange -Change @{
        Target = $target; Backup = "$target.last-known-good"; Content = $Content; Sha256 = $null
        Staged = "$target.$([Guid]::NewGuid().ToString('N').Substring(0, 8)).staged"
        History = Resolve-WinPath -Path $HistoryFolder; Keep = $Keep
        Program = Resolve-WinPath -Path $ProgramPath; ServiceName = $ServiceName; New = $server.New
        Former = $server.Former
        Scratch = Resolve-WinPath -Path $ScratchFolder; ScratchPort = $ScratchPort; IsScratchOurs = $false
        LiveCommand = $LiveCommand; UndoCommand = $UndoCommand; IsServerChanged = $false; Health = $health
        EnableAppendOnly = $EnableAppendOnly; AppendOnlyCommand = $AppendOnlyCommand
        Restart = $Restart; ExpectAppendOnly = $ExpectAppendOnly; TimeoutSeconds = $TimeoutSeconds
    }
}
