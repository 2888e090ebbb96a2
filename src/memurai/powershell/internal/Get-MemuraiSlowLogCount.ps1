function Get-MemuraiSlowLogCount {
    <#
    .SYNOPSIS
        Returns how many commands entered the slow log since the server started, or why that is not known.

    .DESCRIPTION
        The entries of the slow log are numbered from 0, also beyond SLOWLOG RESET. An empty one has no number to tell:
        then it is what the last check of the same run of the server found.

    .PARAMETER Server
        Parameters of Invoke-MemuraiCommand besides the command.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] with the properties
        Entries: the number; null when it is not known.
        Reason: why it is not known, else null.

    .EXAMPLE
        Get-MemuraiSlowLogCount -Server $server -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $answer = Get-MemuraiAnswer -Server $Server -Arguments 'SLOWLOG', 'GET', '1'
    if (-not $answer.IsAnswer) {
        return [pscustomobject]@{ Entries = $null; Reason = $answer.Text }
    }
    # Its first line; the others hold arguments of a command.
    if ($answer.Text -cmatch '\A(\d+)\r?\n') {
        return [pscustomobject]@{ Entries = [long]$Matches[1] + 1; Reason = $null }
    }
    $isSameRun = $Health.Last.RunId -ceq $Health.Information['run_id'] -and $null -ne $Health.Last.SlowLogEntries
    $entries = [long]$(if ($isSameRun) { $Health.Last.SlowLogEntries } else { 0 })
    return [pscustomobject]@{ Entries = $entries; Reason = $null }
}
