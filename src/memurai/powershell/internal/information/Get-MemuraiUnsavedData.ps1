function Get-MemuraiUnsavedData {
    <#
    .SYNOPSIS
        Returns where a running server holds what its next start would not load, empty when all is on disk.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [bool]$Snapshot = $false
    )

    $asked = @{ Server = $Server; TimeoutSeconds = $Server.TimeoutSeconds }
    $answer = Invoke-MemuraiCommand @asked -Arguments 'INFO', 'persistence'
    $info = ConvertFrom-MemuraiInformation -Text $answer.Output
    if (-not $info.ContainsKey('rdb_changes_since_last_save')) {
        throw ("Expected INFO from $($Server.Address):$($Server.Port), so that its data can be saved, found: " +
            "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim()). Is the password right? Stop the service by hand " +
            'if its data is on disk or not wanted.')
    }
    if ($info['loading'] -ceq '1') {
        # From the disk, and nobody can have changed anything.
        return ''
    }
    if (-not $Snapshot -and $info['aof_enabled'] -ceq '1') {
        # A snapshot does not help: the next start loads this file.
        if ($info['aof_last_write_status'] -cne 'ok') {
            return 'append-only file'
        }
        return $(if ($info['aof_buffer_length'] -ceq '0') { '' } else { 'append-only buffer' })
    }
    # Counted since the server's start if it has not saved since: then that says nothing of the snapshot on disk, for it
    # may have loaded an append-only file which it writes no more.
    $isSaved = $info['rdb_changes_since_last_save'] -ceq '0' -and $info['rdb_saves'] -cmatch '^[1-9]'
    return $(if ($isSaved) { '' } else { 'memory' })
}
