function Invoke-WinInstaller {
    <#
    .SYNOPSIS
        Runs msiexec without a user interface and fails when it does; another installation is waited for.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$ArgumentText,
        [Parameter(Mandatory = $true)][string]$LogPath,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
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
            "It goes on at most until this run ends: read $log, and look whether the product is whole.")
    }
    if ($run.ExitCode -notin 0, 1641, 3010) {
        # Microsoft's page "MsiExec.exe and InstMsi.exe error messages".
        $meanings = @{
            1602 = 'it was cancelled'
            1603 = 'fatal error; look above "Return value 3" in the log for the action that failed'
            1605 = 'the product is not installed'
            1618 = 'another installation is in progress; wait for its end'
            1619 = 'the package could not be opened; is it a whole MSI file that the account may read?'
            1622 = 'the log could not be opened; does its folder exist?'
            1625 = 'a system policy forbids this installation'
            1638 = 'another version of the product is installed; remove it first'
        }
        $meaning = $meanings[$run.ExitCode]
        if ($null -eq $meaning) {
            $meaning = "see Microsoft's list of msiexec error messages"
        }
        throw "Expected msiexec to succeed, found exit code $($run.ExitCode): $meaning. Its log on the host is $log."
    }
    return [pscustomobject]@{
        ExitCode       = $run.ExitCode
        RebootRequired = $run.ExitCode -ne 0
        LogPath        = $log
    }
}
