function Get-MemuraiUnfitness {
    <#
    .SYNOPSIS
        Returns what of a server's answers to PING and INFO is not as expected; nothing when it is fit.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [Collections.IDictionary]$Expected = @{ loading = '0' }
    )

    $ping = Invoke-MemuraiProgram @Server -Arguments PING
    if ($ping.TimedOut) {
        return 'no answer to PING'
    }
    $told = "$($ping.Output.Trim()) $($ping.ErrorOutput.Trim())".Trim()
    if ($ping.Output.Trim() -cne 'PONG' -or (Test-MemuraiOpenAnswer -Text $told)) {
        return $told
    }
    $info = Invoke-MemuraiProgram @Server -Arguments INFO
    # Part of an answer is none.
    if ($info.ExitCode -ne 0) {
        return "no answer to INFO $(@($info.Output -split '[\r\n]+')[0]) $($info.ErrorOutput)".Trim()
    }
    $found = ConvertFrom-MemuraiInformation -Text $info.Output
    if ($found['redis_mode'] -ceq 'sentinel') {
        # It loads nothing, and says nothing of it.
        $found['loading'] = '0'
    }
    $wrong = foreach ($field in $Expected.get_Keys()) {
        if ($found[$field] -cne $Expected[$field]) {
            "expected ${field}:$($Expected[$field]), found ${field}:$($found[$field])"
        }
    }
    return @($wrong) -join ', '
}
