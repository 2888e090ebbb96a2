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

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $result = [pscustomobject]@{
        Applied = 'Unchanged'; HistoryPath = $null; TrialMilliseconds = $null; ElapsedMilliseconds = [long]0
    }
    $failure = ''
    $Change.Lock = $null
    $Change.IsProven = $false
    try {
        $purpose = "Set-MemuraiConfiguration of $($Change.ServiceName)"
        $Change.Lock = Enter-MemuraiLock -Path "$($Change.Target).lock" -Purpose $purpose
        New-MemuraiStage -Change $Change
        Update-MemuraiConfiguration -Change $Change -Result $result
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
