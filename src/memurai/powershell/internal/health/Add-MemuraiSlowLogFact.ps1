function Add-MemuraiSlowLogFact {
    <#
    .SYNOPSIS
        Adds how many commands entered the slow log since the server started, or why that is not known.
    #>
    # The entries of the slow log are numbered from 0, also beyond SLOWLOG RESET. An empty one has no number to tell:
    # then it is what the last check of the same run of the server found.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][hashtable]$Last,
        [Parameter(Mandatory = $true)][hashtable]$Server
    )

    $answer = Get-MemuraiAnswer -Server $Server -Arguments 'SLOWLOG', 'GET', '1'
    if (-not $answer.IsAnswer) {
        $Facts.slow_log_problem = $answer.Text
        return
    }
    $entries = [long]0
    # Its first line; the others hold arguments of a command.
    if ($answer.Text -cmatch '\A(\d+)\r?\n') {
        $entries = [long]$Matches[1] + 1
    }
    elseif ($Last.RunId -ceq $Facts['run_id'] -and $null -ne $Last.SlowLogEntries) {
        $entries = [long]$Last.SlowLogEntries
    }
    $Facts.slow_log_entries = $entries
    $Facts.slow_log_growth = Get-MemuraiGrowth -Facts $Facts -Last $Last -Name SlowLogEntries -Count $entries
}
