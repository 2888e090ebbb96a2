function Read-MemuraiTrialOutput {
    <#
    .SYNOPSIS
        Returns what a trial that has ended printed.

    .PARAMETER Trial
        The table of Start-MemuraiTrial.

    .OUTPUTS
        [string]

    .EXAMPLE
        Read-MemuraiTrialOutput -Trial $trial
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Trial
    )

    $tasks = $Trial.Output, $Trial.ErrorOutput
    $null = [Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]$tasks, 5000)
    $texts = foreach ($task in $tasks) { if ($task.IsCompleted) { $task.Result } }
    return @($texts) -join "`n"
}
