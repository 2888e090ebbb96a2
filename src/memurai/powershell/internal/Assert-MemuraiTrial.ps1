function Assert-MemuraiTrial {
    <#
    .SYNOPSIS
        Fails when the real server does not start on the staged file, and returns how long that took in milliseconds.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [long]

    .EXAMPLE
        Assert-MemuraiTrial -Change $change
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $server = $Change.New.Clone()
    $server.Address = '127.0.0.1'
    $server.Port = $Change.ScratchPort
    $listeners = @(Get-WinTcpConnection -Port $server.Port)
    if ($listeners.Length -gt 0) {
        throw ("Expected the port $($server.Port) to be free for the trial, found process " +
            "$($listeners[0].OwningProcess) listening there. Nothing was changed; choose another port.")
    }
    $null = New-WinDirectory -Path $Change.Scratch
    $trial = Start-MemuraiTrial -Change $Change -Address $server.Address
    try {
        $reason = Wait-MemuraiTrial -Process $trial.Process -Server $server -TimeoutSeconds 30
    }
    finally {
        Stop-MemuraiTrial -Trial $trial
    }
    if (-not [string]::IsNullOrEmpty($reason)) {
        $null = [Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]@($trial.Output, $trial.ErrorOutput), 5000)
        $texts = foreach ($task in $trial.Output, $trial.ErrorOutput) { if ($task.IsCompleted) { $task.Result } }
        $text = ConvertTo-MemuraiSafeText -Source @{ Text = @($texts) -join "`n" } -Change $Change
        $lines = @($text -split '\r?\n' -ne '' | Select-Object -Last 20)
        throw ("Expected the server to start on the staged configuration, found that $reason`n" +
            "$($lines -join "`n")`nNothing was changed; correct the configuration.")
    }
    return $watch.ElapsedMilliseconds
}
