function Get-MemuraiWholeBackupName {
    <#
    .SYNOPSIS
        Returns the name of the newest backup that is whole and whose age is known; nothing when there is none.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .PARAMETER CheckPath
        Absolute path of memurai-check-rdb.exe.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiWholeBackupName -Folder C:\Backups\Redis -CheckPath $check
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [string]$CheckPath
    )

    foreach ($name in @(Get-MemuraiBackupName -Folder $Folder)) {
        try {
            $manifest = Read-MemuraiWholeBackup -Folder $Folder -Name $name
            $snapshot = [IO.Path]::Combine($Folder, $name, 'dump.rdb')
            $null = Get-MemuraiSnapshotKeyCount -CheckPath $CheckPath -Path $snapshot
        }
        catch {
            Write-Verbose -Message "${name}: $($_.Exception.Message)"
            continue
        }
        $taken = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
        if (-not (Test-MemuraiFutureTime -Time $taken -Now ([datetime]::UtcNow))) {
            return $name
        }
    }
}
