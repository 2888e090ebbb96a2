function Wait-MemuraiServer {
    <#
    .SYNOPSIS
        Waits until a Memurai server answers PING and has loaded its data; one that has no password is no such server.

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

    .PARAMETER ServiceName
        Service of the server. Given, it is stopped when the server has no password although one is given, and what
        it holds is saved: it has not read its configuration, and anyone could read and write it.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Ready: true.
        ElapsedMilliseconds: how long it took, in milliseconds.

    .EXAMPLE
        Wait-MemuraiServer -CliPath $cli -Address 127.0.0.1 -Port 6379 -TimeoutSeconds 120
    #>
    [CmdletBinding()]
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

        [string]$ServiceName,

        [ValidateRange(1, 86400)]
        [int]$TimeoutSeconds = 60
    )

    $server = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile; TimeoutSeconds = 5
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $answer = Get-MemuraiReadiness -Server $server
        if ($answer -eq 'ready') {
            return [pscustomobject]@{ Ready = $true; ElapsedMilliseconds = $watch.ElapsedMilliseconds }
        }
        if (Test-MemuraiOpenAnswer -Text $answer) {
            $stopped = ''
            if ($ServiceName.Length -gt 0) {
                $limit = @{ TimeoutSeconds = $TimeoutSeconds }
                $stopped = Stop-MemuraiOpenServer -Server $server -ServiceName $ServiceName @limit
            }
            throw ("Expected a server with the password of its configuration at ${Address}:$Port, found one without " +
                "it: $answer$stopped. Look at the path of the configuration: [, * and ? have a meaning in it. Or was " +
                'the password taken from the server while it ran?')
        }
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected PONG and loading:0 from ${Address}:$Port within $TimeoutSeconds s, found: $answer. Look " +
                "at the server's log, and whether its service runs and the password is right.")
        }
        Start-Sleep -Milliseconds 250
    }
}
