function Get-MemuraiReadiness {
    <#
    .SYNOPSIS
        Returns the word ready when a server answers PING and has loaded its data, else what it said.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiReadiness -Server @{ CliPath = $cli; Address = '127.0.0.1'; Port = 6379; TimeoutSeconds = 5 }
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server
    )

    $ping = Invoke-MemuraiProgram @Server -Arguments PING
    if ($ping.TimedOut) {
        return 'no answer to PING'
    }
    if ($ping.Output.Trim() -cne 'PONG') {
        return "$($ping.Output.Trim()) $($ping.ErrorOutput.Trim())".Trim()
    }
    $told = "PONG $($ping.ErrorOutput.Trim())"
    if (Test-MemuraiOpenAnswer -Text $told) {
        return $told
    }
    $info = Invoke-MemuraiProgram @Server -Arguments 'INFO', 'persistence'
    if ($info.Output -cmatch '(?m)^loading:0\s*$') {
        return 'ready'
    }
    return "$($info.Output.Trim()) $($info.ErrorOutput.Trim())".Trim()
}
