function Add-MemuraiBackup {
    <#
    .SYNOPSIS
        Takes a backup under a temporary name, checks it, and gives it its name.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .OUTPUTS
        [pscustomobject], its manifest.

    .EXAMPLE
        Add-MemuraiBackup -Job $job
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job
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
        Copy-MemuraiOpenFile -Path $source -Destination $dump
        Assert-MemuraiFreshFile -Path $source -Time $snapshot.Taken
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
        Save-MemuraiText -Path $path -Text (ConvertTo-Json -InputObject $manifest -Depth 4)
        $digest = Get-WinFileHash -Path $path
        Save-MemuraiText -Path ([IO.Path]::Combine($partial, 'manifest.sha256')) -Text $digest
        Move-MemuraiFolder -Path $partial -Destination $final
    }
    catch {
        throw "$($_.Exception.GetBaseException().Message)$(Get-MemuraiRemovalProblem -Path $partial)"
    }
    return $manifest
}
