function Invoke-MemuraiConfigurationChange {
    <#
    .SYNOPSIS
        Does what Set-MemuraiConfiguration describes.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [pscustomobject], that of Set-MemuraiConfiguration.

    .EXAMPLE
        Invoke-MemuraiConfigurationChange -Change $change
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    # Before anything else, because the staged file is removed at the end.
    if ($Change.Staged -eq $Change.Target) {
        throw "Expected a staged configuration beside '$($Change.Target)', found that path itself. Give another name."
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $result = [pscustomobject]@{
        Applied = 'Unchanged'; HistoryPath = $null; TrialMilliseconds = $null; ElapsedMilliseconds = [long]0
    }
    $failure = ''
    $Change.Lock = $null
    try {
        $purpose = "Set-MemuraiConfiguration of $($Change.ServiceName)"
        $Change.Lock = Enter-MemuraiLock -Path "$($Change.Target).lock" -Purpose $purpose
        Assert-MemuraiStage -Change $Change
        # The file may be right and the running server not: then there is something to set or to restart.
        $isForServer = $Change.Restart -or $Change.EnableAppendOnly -or $null -ne $Change.LiveCommand
        if ($isForServer -or (Get-WinPathKind -Path $Change.Target) -eq 'Absent' -or
            (Get-WinFileHash -Path $Change.Target) -cne $Change.Sha256) {
            $isRunning = Resolve-MemuraiIsRunning -Change $Change
            $result.TrialMilliseconds = Assert-MemuraiTrial -Change $Change
            $path = Update-MemuraiConfigurationFile -Change $Change -IsRunning $isRunning
            $result.HistoryPath = $path
            $result.Applied = 'File'
            if ($isRunning -and $Change.Restart) {
                Complete-MemuraiRestart -Change $Change
                $result.Applied = 'Restart'
            }
            elseif ($Change.IsServerChanged) {
                $result.Applied = 'Live'
            }
            Remove-MemuraiHistoryEntry -Folder $Change.History -Keep $Change.Keep
        }
    }
    catch {
        $failure = $_.Exception.GetBaseException().Message
        throw
    }
    finally {
        try {
            Remove-MemuraiStage -Change $Change -Failure $failure
        }
        finally {
            if ($null -ne $Change.Lock) {
                $Change.Lock.Dispose()
            }
        }
    }
    $result.ElapsedMilliseconds = $watch.ElapsedMilliseconds
    return $result
}
