function Enter-MemuraiLock {
    <#
    .SYNOPSIS
        Takes an exclusive lock and returns it; disposing of it gives it back, and so does the end of this process.

    .DESCRIPTION
        The lock is a file that nobody else can open for writing. It says who holds it since when, and goes with it.

    .PARAMETER Path
        Full path of that file. Its folder must exist.

    .PARAMETER Purpose
        What it is held for, for others to read.

    .PARAMETER TimeoutSeconds
        How long to wait for another holder. A virus scanner or a backup may have the file open for a moment.

    .OUTPUTS
        [IO.FileStream]

    .EXAMPLE
        $lock = Enter-MemuraiLock -Path "$configuration.lock" -Purpose 'Set-MemuraiConfiguration of Memurai'
    #>
    [CmdletBinding()]
    [OutputType([IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Purpose,

        [int]$TimeoutSeconds = 5
    )

    $time = [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
    $user = "$([Environment]::UserDomainName)\$([Environment]::UserName)"
    $text = [Text.Encoding]::UTF8.GetBytes("$Purpose, by $user (process $PID), since $time")
    $mode = [IO.FileMode]::OpenOrCreate
    $access = [IO.FileAccess]::ReadWrite
    # Others may read who holds it.
    $share = [IO.FileShare]::Read
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            $stream = [IO.FileStream]::new($Path, $mode, $access, $share, 4096, [IO.FileOptions]::DeleteOnClose)
            break
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds -or $_.Exception.GetBaseException() -is
                [IO.DirectoryNotFoundException]) {
                $holder = Get-MemuraiLockHolder -Path $Path
                $reason = $(if ($holder.Length -gt 0) { $holder } else { $_.Exception.GetBaseException().Message })
                throw "Expected to be alone at work with '$Path', found $reason. Wait for its end and run again."
            }
        }
        Start-Sleep -Milliseconds 250
    }
    try {
        $stream.SetLength(0)
        $stream.Write($text, 0, $text.Length)
        $stream.Flush()
    }
    catch {
        $stream.Dispose()
        throw
    }
    return $stream
}
