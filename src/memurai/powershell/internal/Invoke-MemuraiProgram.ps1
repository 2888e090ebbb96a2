function Invoke-MemuraiProgram {
    <#
    .SYNOPSIS
        Runs memurai-cli against a server and returns what it answered.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER Arguments
        The command and its arguments; none when SecretCommand is given.

    .PARAMETER SecretCommand
        A whole command line that memurai-cli reads on standard input.

    .PARAMETER Password
        Password. It travels in the environment of the one process, for others may see a command line.

    .PARAMETER User
        Name of an ACL user; not given or empty stands for the default user.

    .PARAMETER TlsCaFile
        Path of the authorities' certificates on this host. Given, the connection is encrypted.

    .PARAMETER TlsCertFile
        Path of the client's certificate, for a server that asks for one.

    .PARAMETER TlsKeyFile
        Path of its private key.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, after which memurai-cli is ended.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: exit code, null when the deadline passed.
        Output: text of standard output.
        ErrorOutput: text of standard error.
        TimedOut: whether the deadline passed.
        ProcessId: id of the process.

    .EXAMPLE
        Invoke-MemuraiProgram -CliPath $cli -Address 127.0.0.1 -Port 6379 -Arguments PING -TimeoutSeconds 10
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$CliPath,

        [Parameter(Mandatory = $true)]
        [string]$Address,

        [Parameter(Mandatory = $true)]
        [int]$Port,

        [AllowEmptyString()]
        [string[]]$Arguments = @(),

        [AllowNull()]
        [securestring]$SecretCommand,

        [AllowNull()]
        [securestring]$Password,

        [string]$User = '',

        [string]$TlsCaFile = '',

        [string]$TlsCertFile = '',

        [string]$TlsKeyFile = '',

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $words = @('-e', '-h', $Address, '-p', "$Port", '--no-auth-warning')
    if ($User.Length -gt 0) {
        $words += '--user', $User
    }
    if ($TlsCaFile.Length -gt 0) {
        $words += '--tls', '--cacert', $TlsCaFile
        if ($TlsCertFile.Length -gt 0) {
            $words += '--cert', $TlsCertFile, '--key', $TlsKeyFile
        }
    }
    # Null takes a password away that the session itself may have.
    $environment = @{ REDISCLI_AUTH = $null }
    # An empty one would be sent too, and be refused.
    if ($null -ne $Password -and $Password.Length -gt 0) {
        $environment.REDISCLI_AUTH = [Net.NetworkCredential]::new('', $Password).Password
    }
    $run = @{
        FilePath       = Resolve-WinPath -Path $CliPath
        ArgumentText   = ConvertTo-WinArgumentText -Arguments ($words + $Arguments)
        Environment    = $environment
        InputText      = $SecretCommand
        TimeoutSeconds = $TimeoutSeconds
    }
    return Invoke-WinProgram @run
}
