function Send-MemuraiCommand {
    <#
    .SYNOPSIS
        Sends one command to a running server, which must answer OK, or how many it found to do it to.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Servers
        Ways to reach it, the first that answers is taken: objects with CliPath, the absolute path of memurai-cli.exe;
        Address and Port; and, where they count, Password, a secret; User, of the ACL; TlsCaFile, with which the
        connection is encrypted; TlsCertFile and TlsKeyFile.

    .PARAMETER SecretCommand
        The whole command line, quoted as memurai-cli reads it: there may be a secret in it.

    .PARAMETER Purpose
        What the server is to do, in words for an error: Expected the running server to ...

    .PARAMETER ServiceName
        Name of the server's service. Where it does not run there is nobody to send anything to.

    .PARAMETER RequiredFile
        Absolute path of a file that the command has the server read. Given, and not there, nothing is sent: a way back
        has been gone to its end before, and its copies are removed.

    .PARAMETER LogPath
        Absolute path of its log file, whose last lines an error then ends with, without secrets.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Sent: whether there was a server to send it to, and that file.

    .EXAMPLE
        Send-MemuraiCommand -Servers $server -SecretCommand $line -Purpose 'take it' -ServiceName Memurai
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject[]]$Servers,
        [Parameter(Mandatory = $true)][securestring]$SecretCommand,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Purpose,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [string]$RequiredFile,
        [string]$LogPath,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    if ((Get-WinService -Name $ServiceName).State -ne 'Running') {
        return [pscustomobject]@{ Sent = $false }
    }
    if ($RequiredFile.Length -gt 0 -and (Get-WinItem -Path $RequiredFile).Kind -ne 'File') {
        return [pscustomobject]@{ Sent = $false }
    }
    $reached = Resolve-MemuraiServer -Servers $Servers -ServiceName $ServiceName
    $answer = Invoke-MemuraiCommand -Server $reached -SecretCommand $SecretCommand -TimeoutSeconds $TimeoutSeconds
    if ($answer.Output.Trim() -cnotmatch '^(OK|\d+)$') {
        $told = @{ Text = "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim())" }
        $text = ConvertTo-MemuraiSafeText -Source $told -Secrets $reached['Password']
        $log = Get-MemuraiLogEnd -Path $LogPath -Secrets $reached['Password']
        throw "Expected the running server to $Purpose and to answer OK, found: $text$log"
    }
    return [pscustomobject]@{ Sent = $true }
}
