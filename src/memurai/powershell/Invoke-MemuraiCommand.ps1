function Invoke-MemuraiCommand {
    <#
    .SYNOPSIS
        Runs one command on a Memurai server by memurai-cli.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER Arguments
        The command and its arguments.

    .PARAMETER SecretCommand
        Instead of Arguments: the whole command line, quoted as memurai-cli reads it, for commands that hold a secret.
        It travels by standard input, because others may see a command line. The exit code then tells nothing of what
        the server answered.

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
        Deadline in seconds, after which memurai-cli is ended and the call fails.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: exit code of memurai-cli, not 0 when the server answered an error.
        Output: text of standard output without its last newline.
        ErrorOutput: text of standard error.

    .EXAMPLE
        Invoke-MemuraiCommand -CliPath $cli -Address 127.0.0.1 -Port 6379 -Arguments CONFIG, GET, save
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

        [AllowEmptyString()]
        [string[]]$Arguments = @(),

        [securestring]$SecretCommand,

        [securestring]$Password,

        [string]$User,

        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,

        [ValidateRange(1, 86400)]
        [int]$TimeoutSeconds = 10
    )

    if (($Arguments.Length -eq 0) -eq ($null -eq $SecretCommand)) {
        throw 'Expected either Arguments or SecretCommand, found both or none. Give one of them.'
    }
    $call = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile
        Arguments = $Arguments; SecretCommand = $SecretCommand; TimeoutSeconds = $TimeoutSeconds
    }
    $run = Invoke-MemuraiProgram @call
    if ($run.TimedOut) {
        # Only the command's first word: an argument may be a secret.
        $word = $(if ($null -eq $SecretCommand) { $Arguments[0] } else { 'a command' })
        throw ("Expected an answer to $word from ${Address}:$Port within $TimeoutSeconds s, found none. " +
            'Is the server busy or blocked? Look at its log, or allow more time.')
    }
    return [pscustomobject]@{
        ExitCode    = $run.ExitCode
        Output      = $run.Output -replace '\r?\n\z', ''
        ErrorOutput = $run.ErrorOutput
    }
}
