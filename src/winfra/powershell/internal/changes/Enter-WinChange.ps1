function Enter-WinChange {
    <#
    .SYNOPSIS
        Takes the lock of a folder of changes and returns it; a dead holder holds nothing, one that hangs is ended.
    #>
    [CmdletBinding()]
    [OutputType([IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [string]$Change,

        # A virus scanner or a backup may have the file open for a moment, and looks the same as a holder.
        [int]$TimeoutSeconds = 5
    )

    $path = Join-Path -Path $Folder -ChildPath 'lock'
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            # Others may read who holds it. .NET opens files so that child processes do not hold them too.
            $lock = [IO.FileStream]::new($path, 'OpenOrCreate', 'ReadWrite', 'Read')
            break
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            $reason = $_.Exception.GetBaseException().Message
        }
        $holder = Read-WinChangeHolder -Path $path
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            if ($null -ne $holder) {
                $reason = "'$($holder.Change)' in process $($holder.ProcessId), at '$($holder.Step)'"
            }
            throw [TimeoutException]::new(
                "Expected no other change under way in '$Folder', found $reason. Wait for its end and run again.")
        }
        if ($null -ne $holder -and [DateTime]::UtcNow.Ticks -gt $holder.UntilTicks) {
            # Its end frees the lock for whoever comes first.
            Stop-WinChangeHolder -Holder $holder
        }
        Start-Sleep -Milliseconds 200
    }
    try {
        Write-WinChangeHolder -Lock $lock -Change $Change
    }
    catch {
        $lock.Dispose()
        throw
    }
    return $lock
}
