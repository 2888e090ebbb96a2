function Get-MemuraiAnswer {
    <#
    .SYNOPSIS
        Returns what a server answers to a command, or why there is no answer.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [Parameter(Mandatory = $true)][string[]]$Arguments
    )

    try {
        $run = Invoke-MemuraiCommand -Server $Server -Arguments $Arguments -TimeoutSeconds $Server.TimeoutSeconds
    }
    catch {
        # A missing memurai-cli and a passed deadline are answers too: what asks here goes on to report them.
        return [pscustomobject]@{ IsAnswer = $false; Text = $_.Exception.Message }
    }
    if ($run.ExitCode -eq 0) {
        return [pscustomobject]@{ IsAnswer = $true; Text = $run.Output }
    }
    $text = "$($run.Output.Trim()) $($run.ErrorOutput.Trim())".Trim()
    return [pscustomobject]@{ IsAnswer = $false; Text = $text }
}
