function Read-MemuraiBackupSetting {
    <#
    .SYNOPSIS
        Returns the settings of a backup job.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    $names = @(
        'CliPath', 'CheckPath', 'ProgramPath', 'Address', 'Port', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile'
        'SecretPath', 'DataFolder', 'SnapshotName', 'AppendOnlyFolder', 'BackupFolder'
        'IncludeAppendOnly', 'KeepDays', 'KeepAtLeast', 'KeepAtMost', 'CopyTo', 'Rehearse', 'RehearsalPort'
        'ServiceName', 'MetricsFolder', 'Metrics', 'EventSource'
    )
    $found = Read-MemuraiJsonFile -Path $Path -Name $names
    if ($null -eq $found) {
        throw "Expected the settings of the backup at '$Path', found no such file. Deploy, or correct the path."
    }
    $job = @{}
    foreach ($name in $names) {
        $job[$name] = $found.$name
    }
    $job.Server = Get-MemuraiJobServer -Settings $found -TimeoutSeconds 60
    $job.Data = Resolve-WinPath -Path $job.DataFolder
    $job.Folder = Resolve-WinPath -Path $job.BackupFolder
    return $job
}
