function Save-MemuraiData {
    <#
    .SYNOPSIS
        Has a running server write what it holds in memory only, before its service is stopped: a stop saves nothing.

    .DESCRIPTION
        A server with an append-only file has to have appended all; any other one writes a snapshot. So does one that
        is to keep nothing on disk (save "" and appendonly no): a restart of ours loses no key of anybody. That
        snapshot stays in its data folder, and its next start loads it.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER Snapshot
        Whether a server with an append-only file writes a snapshot, too: its next start will look for nothing else.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, also for a snapshot that is being written in the background, which comes first. The server
        answers nobody while it saves.

    .OUTPUTS
        [pscustomobject] with the properties
        Saved: whether it was needed, and done.

    .EXAMPLE
        Save-MemuraiData -Server $server -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Server,
        [bool]$Snapshot = $false,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds $TimeoutSeconds
    $place = "$($reached.Address):$($reached.Port)"
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $unsaved = Get-MemuraiUnsavedData -Server $reached -Snapshot $Snapshot
        if ($unsaved.Length -eq 0 -or -not $PSCmdlet.ShouldProcess($place, 'Save')) {
            return [pscustomobject]@{ Saved = $false }
        }
        if ($unsaved -ceq 'memory') {
            $answer = Invoke-MemuraiCommand -Server $reached -Arguments SAVE -TimeoutSeconds $TimeoutSeconds
            if ($answer.Output.Trim() -ceq 'OK') {
                return [pscustomobject]@{ Saved = $true }
            }
            $unsaved = "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim())".Trim()
        }
        if ($unsaved -cnotmatch 'save already in progress|^append-only' -or
            $watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected OK to SAVE from $place, or its append-only file to be written, within " +
                "$TimeoutSeconds s, found: $unsaved. Look at the server's log and at the free space of its data " +
                'folder; is SAVE disabled? Nothing is lost as long as it runs.')
        }
        Start-Sleep -Milliseconds 250
    }
}
