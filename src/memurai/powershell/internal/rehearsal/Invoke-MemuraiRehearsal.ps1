function Invoke-MemuraiRehearsal {
    <#
    .SYNOPSIS
        Verifies a backup and loads it into a scratch server; fails with what is wrong with it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Rehearsal
    )

    $folder = [IO.Path]::Combine($Rehearsal.Folder, $Rehearsal.Name)
    $backup = @{ Folder = $Rehearsal.Folder; Name = $Rehearsal.Name; CheckPath = $Rehearsal.Check }
    $manifest = Read-MemuraiWholeBackup @backup
    $Rehearsal.ExpectedKeys = [long]$manifest.'Keys'
    $dump = [IO.Path]::Combine($folder, 'dump.rdb')
    $others = @($manifest.Files | ForEach-Object -Process { [IO.Path]::GetDirectoryName($_.Path) } |
            Where-Object -FilterScript { $_ -ne '' } | Sort-Object -Unique)
    foreach ($other in $others) {
        Assert-MemuraiAppendOnlyFile -CheckPath $Rehearsal.Check -Folder ([IO.Path]::Combine($folder, $other))
    }
    $null = [IO.Directory]::CreateDirectory($Rehearsal.Scratch)
    $null = Copy-WinFile -Path $dump -Destination ([IO.Path]::Combine($Rehearsal.Scratch, 'dump.rdb'))
    $info = Get-MemuraiScratchInformation -Rehearsal $Rehearsal
    if (-not $info.ContainsKey('rdb_last_load_keys_expired')) {
        throw 'Expected rdb_last_load_keys_expired in INFO, as Redis 7.0 has it, found none.'
    }
    $Rehearsal.IsVerdict = $true
    # A key whose lifetime ended before it was loaded is passed over; one whose lifetime ended since is removed.
    $Rehearsal.ExpectedKeys = [long]$manifest.'Keys' - [long]$info['rdb_last_load_keys_expired']
    $keys = [long]$info['expired_keys']
    foreach ($field in $info.get_Keys()) {
        if ($field -cmatch '^db\d+$' -and $info[$field] -cmatch '^keys=(\d+),') {
            $keys += [long]$Matches[1]
        }
    }
    $Rehearsal['Keys'] = $keys
    if ($keys -ne $Rehearsal.ExpectedKeys) {
        throw "Expected $($Rehearsal.ExpectedKeys) keys in the scratch server, found $keys."
    }
}
