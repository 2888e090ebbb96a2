function Save-MemuraiBackupMetric {
    <#
    .SYNOPSIS
        Writes the metrics of the backup job; nothing when there is no folder for them.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Run
        The table of Invoke-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiBackupMetric -Job $job -Run $run
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [hashtable]$Run
    )

    if ($null -eq $Job.MetricsFolder) {
        return
    }
    $folder = Resolve-WinPath -Path $Job.MetricsFolder
    if ((Get-WinPathKind -Path $folder) -ne 'Directory') {
        return
    }
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    $metrics = @(
        @{ Name = 'memurai_backup_last_run_timestamp_seconds'; Help = 'When the backup job ran last.'; Value = $now }
        @{ Name = 'memurai_backup_last_exit_code'; Help = 'Its exit code: 0 is success.'; Value = $Run.ExitCode }
    )
    if ($null -ne $Job.CopyTo) {
        $ok = [int]($Run.CopyOk -eq $true)
        $help = 'Whether it copied a backup to the second place.'
        $metrics += @{ Name = 'memurai_backup_copy_ok'; Help = $help; Value = $ok }
    }
    try {
        $backups = @((Get-MemuraiStoredBackup -Folder $Job.Folder).Backups)
        $metrics += @(Get-MemuraiBackupMetric -Backup $backups) + @(Get-MemuraiRehearsalMetric -Backup $backups)
    }
    catch {
        $text = "The backups can't be listed: $($_.Exception.GetBaseException().Message)"
        Add-MemuraiRunProblem -Run $Run -ExitCode 1 -EventId 1001 -Message $text
    }
    $labels = [ordered]@{ instance_name = $Job.ServiceName }
    $lines = foreach ($metric in $metrics) {
        $samples = @{ Labels = $labels; Value = $metric.Value }
        ConvertTo-MemuraiMetricText -Name $metric.Name -Type gauge -Help $metric.Help -Samples $samples
    }
    $path = [IO.Path]::Combine($folder, "memurai-backup-$($Job.ServiceName).prom")
    # The newline of Windows would be a part of the last field.
    Save-MemuraiText -Path $path -Text "$($lines -join "`n")`n"
}
