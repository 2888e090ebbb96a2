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
    Assert-MemuraiTrialPort -Port $server.Port
    $null = New-WinDirectory -Path $Change.Scratch
    $arguments = @(Get-MemuraiTrialArgument -Change $Change -Address $server.Address)
    $trial = Start-MemuraiTrial -Program $Change.Program -Arguments $arguments
    try {
        $reason = Wait-MemuraiTrial -Process $trial.Process -Server $server -TimeoutSeconds 30
    }
    finally {
        Stop-MemuraiTrial -Trial $trial
    }
    if (-not [string]::IsNullOrEmpty($reason)) {
        $printed = Read-MemuraiTrialOutput -Trial $trial
        $text = ConvertTo-MemuraiSafeText -Source @{ Text = $printed } -Change $Change
        $lines = @($text -split '[\r\n]+' -ne '' | Select-Object -Last 20)
        throw ("Expected the server to start on the staged configuration, found that $reason`n" +
            "$($lines -join "`n")`nNothing was changed; correct the configuration.")
    }
    return $watch.ElapsedMilliseconds
}
