function Invoke-MemuraiTrial {
    <#
    .SYNOPSIS
        Starts memurai.exe besides its service and ends it; returns INFO, or why it did not answer, and its output.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][string]$Program,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string[]]$Arguments,
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $text = ConvertTo-WinArgumentText -Arguments $Arguments
    $start = Get-WinStartInformation -FilePath $Program -ArgumentText $text -Environment @{}
    # Where a service runs: relative paths of the file begin there.
    $start.WorkingDirectory = [IO.Path]::GetDirectoryName($Program)
    $process = [Diagnostics.Process]::Start($start)
    $trial = @{ Information = @{} }
    try {
        $process.StandardInput.Close()
        # Read while it runs: a program that fills a pipe nobody empties waits for ever.
        $tasks = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        $trial.Reason = "$(Wait-MemuraiTrial -Process $process -Server $Server -TimeoutSeconds $TimeoutSeconds)"
        if ($trial.Reason -eq '') {
            $trial.Information = Get-MemuraiInformation -Server $Server
        }
    }
    finally {
        Stop-MemuraiTrial -Process $process
    }
    $null = [Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]$tasks, 5000)
    $trial.Output = @(foreach ($task in $tasks) { if ($task.IsCompleted) { $task.Result } }) -join "`n"
    return $trial
}
