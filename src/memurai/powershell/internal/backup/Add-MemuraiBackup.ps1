function Add-MemuraiBackup {
    <#
    .SYNOPSIS
        Takes a backup under a temporary name, checks it, and gives it its name.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    Assert-MemuraiBackupSpace -Job $Job
    $snapshot = Save-MemuraiSnapshot -Job $Job
    $info = $snapshot.Information
    $name = Get-MemuraiFreeBackupName -Folder $Job.Folder -Time $snapshot.Taken
    $final = [IO.Path]::Combine($Job.Folder, $name)
    $partial = "$final.partial"
    try {
        $null = [IO.Directory]::CreateDirectory($partial)
        $dump = [IO.Path]::Combine($partial, 'dump.rdb')
        $source = [IO.Path]::Combine($Job.Data, $Job.SnapshotName)
        $null = Copy-WinFile -Path $source -Destination $dump
        # A snapshot that ends meanwhile can't take the place of the file that is being read: the server refuses writes
        # then until one is written.
        if ((Get-MemuraiJobInformation -Job $Job)['rdb_last_bgsave_status'] -cne 'ok') {
            $null = Save-MemuraiSnapshot -Job $Job
        }
        $written = [IO.File]::GetLastWriteTimeUtc($source)
        # A second less: the time of a file may be rounded.
        if ($written -lt $snapshot.Taken.AddSeconds(-1)) {
            throw ("Expected the snapshot of $(ConvertTo-WinTimeText -Time $snapshot.Taken) in '$source', found one " +
                "of $(ConvertTo-WinTimeText -Time $written). Does the server write elsewhere?")
        }
        $keys = Get-MemuraiSnapshotKeyCount -CheckPath $Job.CheckPath -Path $dump
        if ($Job.IncludeAppendOnly) {
            Copy-MemuraiAppendOnly -Job $Job -Destination ([IO.Path]::Combine($partial, 'appendonlydir'))
        }
        $field = $(if ($info.ContainsKey('memurai_version')) { 'memurai_version' } else { 'redis_version' })
        $manifest = [pscustomobject]@{
            Name            = $name
            Host            = [Environment]::MachineName
            Service         = $Job.ServiceName
            Role            = $info['role']
            ServerVersion   = $info[$field]
            TakenUtc        = ConvertTo-WinTimeText -Time $snapshot.Taken
            Keys            = $keys
            DurationSeconds = [Math]::Round($watch.Elapsed.TotalSeconds, 3)
            Files           = @(Get-MemuraiBackupFile -Path $partial)
        }
        $path = [IO.Path]::Combine($partial, 'manifest.json')
        Write-WinText -Path $path -Source @{ Text = ConvertTo-Json -InputObject $manifest -Depth 4 }
        $digest = Get-WinFileHash -Path $path
        Write-WinText -Path ([IO.Path]::Combine($partial, 'manifest.sha256')) -Source @{ Text = $digest }
        $null = Move-WinItem -Path $partial -Destination $final
    }
    catch {
        throw "$($_.Exception.GetBaseException().Message)$(Get-MemuraiRemovalProblem -Path $partial)"
    }
    return $manifest
}
