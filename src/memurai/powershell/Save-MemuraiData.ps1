function Save-MemuraiData {
    <#
    .SYNOPSIS
        Has a running server write what it holds in memory only; one with an append-only file has all on disk.

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

    .PARAMETER TimeoutSeconds
        Deadline in seconds. The server answers nobody while it saves.

    .OUTPUTS
        [pscustomobject] with the properties
        Saved: whether it was needed, and done.

    .EXAMPLE
        Save-MemuraiData -CliPath $cli -Address 127.0.0.1 -Port 6379 -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$CliPath,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Address,

        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 65535)]
        [int]$Port,

        [securestring]$Password,

        [string]$User,

        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,

        [ValidateRange(1, 86400)]
        [int]$TimeoutSeconds = 300
    )

    $server = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile; TimeoutSeconds = $TimeoutSeconds
    }
    $info = Invoke-MemuraiCommand @server -Arguments 'INFO', 'persistence'
    if ($info.Output -cnotmatch '(?m)^rdb_changes_since_last_save:(\d+)\s*$') {
        throw ("Expected INFO from ${Address}:$Port, so that its data can be saved, found: $($info.Output.Trim()) " +
            "$($info.ErrorOutput.Trim()). Is the password right? Stop the service by hand if its data is on disk or " +
            'not wanted.')
    }
    $isLogged = $info.Output -cmatch '(?m)^aof_enabled:1\s*$' -and
        $info.Output -cmatch '(?m)^aof_last_write_status:ok\s*$'
    $isSaved = $isLogged -or $info.Output -cmatch '(?m)^rdb_changes_since_last_save:0\s*$'
    if (-not $isSaved -and $PSCmdlet.ShouldProcess("${Address}:$Port", 'Save')) {
        $answer = Invoke-MemuraiCommand @server -Arguments SAVE
        if ($answer.Output.Trim() -cne 'OK') {
            throw ("Expected OK to SAVE from ${Address}:$Port, found: $($answer.Output.Trim()) " +
                "$($answer.ErrorOutput.Trim()). Look at the server's log; is SAVE disabled? With an append-only file " +
                'it is not needed.')
        }
    }
    return [pscustomobject]@{ Saved = -not $isSaved }
}
