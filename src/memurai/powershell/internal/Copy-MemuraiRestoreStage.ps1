function Copy-MemuraiRestoreStage {
    <#
    .SYNOPSIS
        Copies a backup into a folder beside the present data, as the server shall find it.

    .DESCRIPTION
        A server with an append-only file loads nothing else. So the snapshot becomes the base of such a file, which the
        server loads as it loads one that it wrote itself (tried with Redis 7.0.15).

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiRestoreStage -Restore $restore
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $stage = $Restore.Stage
    # A new folder and a new file take their access lists from the folder they are made in.
    $null = [IO.Directory]::CreateDirectory($stage)
    # It is emptied, not removed: it tells of a restore that was interrupted.
    foreach ($entry in [IO.Directory]::GetFileSystemEntries($stage)) {
        $null = Remove-WinItem -Path $entry -Recurse $true
    }
    $targets = @([IO.Path]::Combine($stage, $Restore.SnapshotName))
    if ($Restore.AppendOnly) {
        $value = @{ Name = 'appendfilename'; Default = 'appendonly.aof' }
        $base = Get-MemuraiDirectiveValue -Path $Restore.Configuration @value
        $folder = [IO.Path]::Combine($stage, $Restore.AppendOnlyFolder)
        $null = [IO.Directory]::CreateDirectory($folder)
        [IO.File]::WriteAllBytes([IO.Path]::Combine($folder, "$base.1.incr.aof"), [byte[]]@())
        $text = "file $base.1.base.rdb seq 1 type b`nfile $base.1.incr.aof seq 1 type i`n"
        $manifest = [IO.Path]::Combine($folder, "$base.manifest")
        [IO.File]::WriteAllText($manifest, $text, [Text.UTF8Encoding]::new($false))
        $targets += [IO.Path]::Combine($folder, "$base.1.base.rdb")
    }
    $source = [IO.Path]::Combine($Restore.Folder, $Restore.Name, 'dump.rdb')
    $digest = Get-WinFileHash -Path $source
    foreach ($target in $targets) {
        Copy-MemuraiOpenFile -Path $source -Destination $target
        Assert-MemuraiDigest -Path $target -Expected $digest
    }
}
