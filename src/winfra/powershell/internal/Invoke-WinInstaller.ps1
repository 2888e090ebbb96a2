function Invoke-WinInstaller {
    <#
    .SYNOPSIS
        Runs msiexec without a user interface and fails when it does; another installation is waited for.

    .PARAMETER ArgumentText
        Its arguments besides those for silence, restart and log, quoted.

    .PARAMETER LogPath
        Absolute path of the verbose log.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, the wait for another installation included.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: exit code of msiexec: 0, 1641 or 3010.
        RebootRequired: whether the host waits for a restart.
        LogPath: full path of the log.

    .EXAMPLE
        Invoke-WinInstaller -ArgumentText '/x {22B6AC11-E06C-4DBD-9C92-1D8A6485A554}' -LogPath C:\Windows\Temp\x.log
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$ArgumentText,

        [Parameter(Mandatory = $true)]
        [string]$LogPath,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $log = Resolve-WinPath -Path $LogPath
    $text = "$ArgumentText /qn /norestart /l*v `"$log`""
    $program = [IO.Path]::Combine([Environment]::SystemDirectory, 'msiexec.exe')
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $left = [Math]::Max(1, $TimeoutSeconds - [int]$watch.Elapsed.TotalSeconds)
        $limit = @{ TimeoutSeconds = $left; EndOnTimeout = $false }
        $run = Invoke-WinProgram -FilePath $program -ArgumentText $text @limit
        # 1618: Windows Installer does one installation at a time, and another one is in progress.
        if ($run.TimedOut -or $run.ExitCode -ne 1618 -or $watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            break
        }
        Start-Sleep -Seconds 2
    }
    if ($run.TimedOut) {
        # Ended half way, it would leave a half-installed product.
        throw ("Expected msiexec (process $($run.ProcessId)) to end within $TimeoutSeconds s, found it running. " +
            "It goes on; wait for its end and read $log.")
    }
    if ($run.ExitCode -notin 0, 1641, 3010) {
        $meaning = Get-WinInstallerMeaning -Code $run.ExitCode
        throw "Expected msiexec to succeed, found exit code $($run.ExitCode): $meaning. Its log on the host is $log."
    }
    return [pscustomobject]@{
        ExitCode       = $run.ExitCode
        RebootRequired = $run.ExitCode -ne 0
        LogPath        = $log
    }
}
