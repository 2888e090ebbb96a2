function Test-MemuraiConfiguration {
    <#
    .SYNOPSIS
        Fails when the real server does not start on a configuration, besides the one that runs.

    .DESCRIPTION
        The text becomes a file in a folder of its own, which is gone at the end, and so is the server. It runs as the
        account of this session: that the service's own account may read and write its folders, and that the real port
        is free, only the real start can prove.

    .PARAMETER ProgramPath
        Absolute path of memurai.exe.

    .PARAMETER Content
        The whole text.

    .PARAMETER Arguments
        What follows the file on the command line and overrides it, so that the server meets nothing of the one that
        runs.

    .PARAMETER ScratchFolder
        Absolute path of the folder, in which nothing may be. Stop-WinFolderProcess ends what works in it.

    .PARAMETER Server
        How it is then reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and,
        where they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        ElapsedMilliseconds: how long it took.

    .EXAMPLE
        Test-MemuraiConfiguration @paths -Content $text -Arguments $arguments -Server $server
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProgramPath,
        [Parameter(Mandatory = $true)][securestring]$Content,
        [AllowEmptyString()][string[]]$Arguments = @(),
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ScratchFolder,
        [Parameter(Mandatory = $true)][psobject]$Server,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 30
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $program = Resolve-WinPath -Path $ProgramPath
    $folder = Resolve-WinPath -Path $ScratchFolder
    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds 5
    Assert-MemuraiEmptyPlace -Path $folder
    Assert-MemuraiTrialPort -Port $reached.Port
    $null = New-WinDirectory -Path $folder
    try {
        $file = (Write-WinFile -Path ([IO.Path]::Combine($folder, 'trial.conf')) -Content $Content).Path
        $run = @{ Program = $program; Arguments = @($file) + $Arguments; TimeoutSeconds = $TimeoutSeconds }
        $trial = Invoke-MemuraiTrial @run -Server $reached
        if ($trial.Reason -ne '') {
            $text = ConvertTo-MemuraiSafeText -Source @{ Text = $trial.Output } -Secrets $reached['Password']
            $lines = @($text -split '[\r\n]+' -ne '' | Select-Object -Last 20)
            throw ("Expected the server to start on the new configuration, found that $($trial.Reason)`n" +
                "$($lines -join "`n")`nCorrect the configuration.")
        }
    }
    finally {
        $null = Invoke-WinRetry -Action { Remove-WinItem -Path $folder -Recurse $true }
    }
    return [pscustomobject]@{ ElapsedMilliseconds = $watch.ElapsedMilliseconds }
}
