function Update-MemuraiConfiguration {
    <#
    .SYNOPSIS
        Tries the new configuration, swaps the file, gives it to the running server, and says whether it is proven.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration; IsProven becomes true when nothing needs the last known good any more.

    .PARAMETER Result
        The answer of Set-MemuraiConfiguration, which is filled in.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Update-MemuraiConfiguration -Change $change -Result $result
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [pscustomobject]$Result
    )

    # The file may be right and the running server not: then there is something to set or to restart.
    $isWanted = $Change.Restart -or $Change.EnableAppendOnly -or $null -ne $Change.LiveCommand -or
    (Get-WinPathKind -Path $Change.Target) -eq 'Absent' -or (Get-WinFileHash -Path $Change.Target) -cne $Change.Sha256
    # Of a run that was ended before it proved its configuration: the way back from this one too.
    $Change.IsLeft = (Get-WinPathKind -Path $Change.Backup) -eq 'File'
    if (-not ($isWanted -or $Change.IsLeft) -or -not $PSCmdlet.ShouldProcess($Change.Target, 'Change')) {
        return
    }
    $isRunning = Resolve-MemuraiIsRunning -Change $Change
    $Result.TrialMilliseconds = Assert-MemuraiTrial -Change $Change
    if ($isWanted) {
        $Result.HistoryPath = Update-MemuraiConfigurationFile -Change $Change -IsRunning $isRunning
        $Result.Applied = 'File'
        if ($isRunning -and $Change.Restart) {
            Complete-MemuraiRestart -Change $Change
            $Result.Applied = 'Restart'
        }
        elseif ($Change.IsServerChanged) {
            $Result.Applied = 'Live'
        }
    }
    $Change.IsProven = -not $Change.IsLeft -or $Result.Applied -eq 'Restart' -or
    ($isRunning -and [string]::IsNullOrEmpty((Get-MemuraiUnfitness -Server $Change.New -Expected @{})))
    Remove-MemuraiHistoryEntry -Folder $Change.History -Keep $Change.Keep
}
