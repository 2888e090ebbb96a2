function Wait-WinTaskEnd {
    <#
    .SYNOPSIS
        Waits until no run of a scheduled task is under way and, on request, until there has been another run.
    #>
    # Runs are told from one another by their start, which Windows knows to the second. A run is therefore not over to
    # this function before the second in which it started is.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][Diagnostics.Stopwatch]$Watch,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds,
        [AllowEmptyString()][string]$Former
    )

    $needsRun = $PSBoundParameters.ContainsKey('Former')
    while ($true) {
        $run = Get-WinTaskRun -Task (Get-WinTaskInstance -Name $Name -Required $true)
        $last = [string]$run.LastRunTimeUtc
        # SCHED_S_TASK_RUNNING and SCHED_S_TASK_QUEUED.
        $isBusy = $run.State -in 'Running', 'Queued' -or $run.LastTaskResult -in 267009, 267045
        $isThisSecond = $last.Length -gt 0 -and
            $last.Substring(0, 19) -ceq [datetime]::UtcNow.ToString('s', [cultureinfo]::InvariantCulture)
        if (-not $isBusy -and -not $isThisSecond -and ($last -cne $Former -or -not $needsRun)) {
            return $run
        }
        if ($Watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected a run of the scheduled task '\$Name' to end within $TimeoutSeconds s, found it " +
                "$($run.State), last run '$last', last result '$($run.LastTaskResult)'. Look at the log of its " +
                'program and at the event log Microsoft-Windows-TaskScheduler/Operational, or allow more time.')
        }
        Start-Sleep -Milliseconds 200
    }
}
