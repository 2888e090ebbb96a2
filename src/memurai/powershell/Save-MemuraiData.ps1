function Save-MemuraiData {
    <#
    .SYNOPSIS
        Has a running server write what it holds in memory only, before its service is stopped: a stop saves nothing.

    .DESCRIPTION
        A server with an append-only file has to have appended all; any other one writes a snapshot. So does one that
        is to keep nothing on disk (save "" and appendonly no): a restart of ours loses no key of anybody. That
        snapshot stays in its data folder, and its next start loads it.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER Password
        Password. Not given, memurai-cli does not authenticate.

    .PARAMETER User
        Name of an ACL user. Not given, the password is the default user's.

    .PARAMETER TlsCaFile
        Path of the authorities' certificates on this host. Given, the connection is encrypted.

    .PARAMETER TlsCertFile
        Path of the client's certificate, for a server that asks for one.

    .PARAMETER TlsKeyFile
        Path of its private key.

    .PARAMETER Snapshot
        Whether a server with an append-only file writes a snapshot, too: its next start will look for nothing else.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, also for a snapshot that is being written in the background, which comes first. The server
        answers nobody while it saves.

    .OUTPUTS
        [pscustomobject] with the properties
        Saved: whether it was needed, and done.

    .EXAMPLE
        Save-MemuraiData -CliPath $cli -Address 127.0.0.1 -Port 6379 -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$CliPath,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Address,

        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 65535)]
        [int]$Port,

        [securestring]$Password,

        [string]$User,

        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,

        [bool]$Snapshot = $false,

        [ValidateRange(1, 86400)]
        [int]$TimeoutSeconds = 300
    )

    $server = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile; TimeoutSeconds = $TimeoutSeconds
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $unsaved = Get-MemuraiUnsavedData -Server $server -Snapshot $Snapshot
        if ($unsaved.Length -eq 0 -or -not $PSCmdlet.ShouldProcess("${Address}:$Port", 'Save')) {
            return [pscustomobject]@{ Saved = $false }
        }
        if ($unsaved -ceq 'memory') {
            $answer = Invoke-MemuraiCommand @server -Arguments SAVE
            if ($answer.Output.Trim() -ceq 'OK') {
                return [pscustomobject]@{ Saved = $true }
            }
            $unsaved = "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim())".Trim()
        }
        if ($unsaved -cnotmatch 'save already in progress|^append-only' -or
            $watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected OK to SAVE from ${Address}:$Port, or its append-only file to be written, within " +
                "$TimeoutSeconds s, found: $unsaved. Look at the server's log and at the free space of its data " +
                'folder; is SAVE disabled? Nothing is lost as long as it runs.')
        }
        Start-Sleep -Milliseconds 250
    }
}
