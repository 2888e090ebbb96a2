function Save-MemuraiBackupMetric {
    <#
    .SYNOPSIS
        Writes the metrics of the backup job; nothing when there is no folder for them.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][hashtable]$Run
    )

    if ($null -eq $Job.MetricsFolder) {
        return
    }
    $folder = Resolve-WinPath -Path $Job.MetricsFolder
    if ((Get-WinPathKind -Path $folder) -ne 'Directory') {
        return
    }
    $values = @{}
    try {
        $values = Get-MemuraiBackupMetric -Backup @((Get-MemuraiStoredBackup -Folder $Job.Folder).Backups)
    }
    catch {
        $text = "The backups can't be listed: $($_.Exception.GetBaseException().Message)"
        Add-MemuraiRunProblem -Run $Run -ExitCode 1 -EventId 1001 -Message $text
    }
    $values.memurai_backup_last_run_timestamp_seconds = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    $values.memurai_backup_last_exit_code = $Run.ExitCode
    if ($null -ne $Job.CopyTo) {
        $values.memurai_backup_copy_ok = [int]($Run.CopyOk -eq $true)
    }
    $labels = [ordered]@{ instance_name = $Job.ServiceName }
    $lines = foreach ($metric in $Job.Metrics.PSObject.Properties) {
        $samples = @{ Labels = $labels; Value = $values[$metric.Name] }
        ConvertTo-MemuraiMetricText -Name $metric.Name -Type gauge -Help $metric.Value -Samples $samples
    }
    $path = [IO.Path]::Combine($folder, "memurai-backup-$($Job.ServiceName).prom")
    # The newline of Windows would be a part of the last field.
    Write-WinText -Path $path -Source @{ Text = "$($lines -join "`n")`n" }
}
