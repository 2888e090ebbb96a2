function Save-MemuraiSnapshot {
    <#
    .SYNOPSIS
        Has the server write a snapshot of now, and waits until it is written.
    #>
    # The snapshot is started when nothing else is being written (a rewrite of the append-only file, or somebody else's
    # snapshot), and not within the second of the former one: the server counts the time of the last one in seconds, and
    # that time must be another one afterwards. It may lie in the future, when the host's clock has been set right
    # since.
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job
    )

    $server = $Job.Server
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $taken = $null
    while ($true) {
        $info = Get-MemuraiJobInformation -Job $Job
        $isIdle = $info['rdb_bgsave_in_progress'] -ceq '0'
        $saved = [long]$info['rdb_last_save_time']
        if ($isIdle -and $null -ne $taken) {
            break
        }
        $now = [datetime]::UtcNow
        if ($isIdle -and $saved -ne [DateTimeOffset]::new($now).ToUnixTimeSeconds()) {
            $answer = Invoke-MemuraiCommand -Server $server -TimeoutSeconds $server.TimeoutSeconds -Arguments BGSAVE
            $text = "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim())".Trim()
            if ($text.StartsWith('Background saving started', [StringComparison]::Ordinal)) {
                $taken, $before = $now, $saved
            }
            elseif ($text -cnotmatch "in progress|can't BGSAVE") {
                throw "Expected the server to start a snapshot, found: $text. May the backup's user do it?"
            }
        }
        if ($watch.Elapsed.TotalSeconds -ge 3600) {
            throw "Expected a snapshot to be written within 3600 s, it was not. Look at the server's log."
        }
        Start-Sleep -Milliseconds 250
    }
    if ($info['rdb_last_bgsave_status'] -cne 'ok' -or $saved -eq $before) {
        throw ('Expected the server to write its snapshot, found rdb_last_bgsave_status:' +
            "$($info['rdb_last_bgsave_status']). Look at its log, and at the free space of its data folder.")
    }
    return @{ Taken = $taken; Information = $info }
}
