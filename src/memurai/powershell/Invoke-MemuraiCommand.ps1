function Invoke-MemuraiCommand {
    <#
    .SYNOPSIS
        Runs one command on a Memurai server by memurai-cli.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER Arguments
        The command and its arguments.

    .PARAMETER SecretCommand
        Instead of Arguments: the whole command line, quoted as memurai-cli reads it, for commands that hold a secret.
        It travels by standard input, because others may see a command line. The exit code then tells nothing of what
        the server answered.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, after which memurai-cli is ended and the call fails.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: exit code of memurai-cli, not 0 when the server answered an error.
        Output: text of standard output without its last newline.
        ErrorOutput: text of standard error.

    .EXAMPLE
        Invoke-MemuraiCommand -Server $server -Arguments CONFIG, GET, save
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Server,
        [AllowEmptyString()][string[]]$Arguments = @(),
        [securestring]$SecretCommand,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 10
    )

    if (($Arguments.Length -eq 0) -eq ($null -eq $SecretCommand)) {
        throw 'Expected either Arguments or SecretCommand, found both or none. Give one of them.'
    }
    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds $TimeoutSeconds
    $run = Invoke-MemuraiProgram @reached -Arguments $Arguments -SecretCommand $SecretCommand
    if ($run.TimedOut) {
        # Only the command's first word: an argument may be a secret.
        $word = $(if ($null -eq $SecretCommand) { $Arguments[0] } else { 'a command' })
        throw ("Expected an answer to $word from $($reached.Address):$($reached.Port) within $TimeoutSeconds s, " +
            'found none. Is the server busy or blocked? Look at its log, or allow more time.')
    }
    return [pscustomobject]@{
        ExitCode    = $run.ExitCode
        Output      = $run.Output -replace '\r?\n\z', ''
        ErrorOutput = $run.ErrorOutput
    }
}
