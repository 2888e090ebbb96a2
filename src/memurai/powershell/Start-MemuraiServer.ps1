function Start-MemuraiServer {
    <#
    .SYNOPSIS
        Starts a service unless it runs, and waits until its server is fit; one that has no password is stopped.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER ServiceName
        Name of the service.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER RunningServers
        More such objects: how it may be reached where it runs already, because it was not stopped. That is enough then.

    .PARAMETER Expected
        What it must report besides loading:0: an object with fields of INFO and their values, as texts.

    .PARAMETER LogPath
        Absolute path of its log file, whose last lines an error then ends with, without secrets.

    .PARAMETER ConfigurationPath
        Absolute path of the file that it starts on. Given, a service that does not run is started only when the file
        is the one expected: a way back that lacks the former file leads nowhere.

    .PARAMETER Sha256
        SHA-256 of that file.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, of the service and of its server each.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        ElapsedMilliseconds: how long it took.

    .EXAMPLE
        Start-MemuraiServer -ServiceName Memurai -Server $server -Expected $fields -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][psobject]$Server,
        [psobject[]]$RunningServers = @(),
        [psobject]$Expected,
        [string]$LogPath,
        [string]$ConfigurationPath,
        [string]$Sha256,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds 5
    if (-not $PSCmdlet.ShouldProcess($ServiceName, 'Start service')) {
        return
    }
    try {
        $isRunning = (Get-WinService -Name $ServiceName).State -eq 'Running'
        if (-not $isRunning -and $ConfigurationPath.Length -gt 0 -and
            (Get-WinItem -Path $ConfigurationPath -IncludeHash $true).Sha256 -ne $Sha256) {
            throw "another file than expected at '$ConfigurationPath', on which it is not started"
        }
        if ($RunningServers.Length -gt 0 -and $isRunning) {
            $reached = Resolve-MemuraiServer -Servers (@($Server) + $RunningServers) -ServiceName $ServiceName
        }
        $null = Start-WinService -Name $ServiceName -TimeoutSeconds $TimeoutSeconds
        $wait = @{ ServiceName = $ServiceName; Expected = $Expected; TimeoutSeconds = $TimeoutSeconds }
        $null = Wait-MemuraiServer -Server $reached @wait
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
        # Anyone could read and write it.
        $reason += Stop-MemuraiOpenServer -Server $reached -ServiceName $ServiceName -TimeoutSeconds $TimeoutSeconds
        $state = (Get-WinService -Name $ServiceName).State
        $log = Get-MemuraiLogEnd -Path $LogPath -Secrets $reached['Password']
        throw "Expected a healthy server of the service '$ServiceName', found: $reason; the service is now $state$log"
    }
    return [pscustomobject]@{
        Name                = $ServiceName
        ElapsedMilliseconds = $watch.ElapsedMilliseconds
    }
}
