function Get-MemuraiBackupMetric {
    <#
    .SYNOPSIS
        Returns what the stored backups and their rehearsals say to monitoring, by the names of the metrics.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][psobject[]]$Backup
    )

    $known = @($Backup | Where-Object -FilterScript { $_.IsAgeKnown })
    $good = @($known | Where-Object -FilterScript { $_.Rehearsal -ne 'failed' })
    $values = @{
        memurai_backup_good_backups   = $good.Length
        memurai_backup_unproven       = [int]($good.Length -eq 0 -or $good[0].Rehearsal -eq 'none')
        memurai_backup_future_backups = $Backup.Length - $known.Length
    }
    if ($good.Length -gt 0) {
        $taken = [DateTimeOffset]::new($good[0].Taken).ToUnixTimeSeconds()
        $values.memurai_backup_last_success_timestamp_seconds = $taken
        $values.memurai_backup_duration_seconds = $good[0].DurationSeconds
        $values.memurai_backup_size_bytes = $good[0].SizeBytes
        $values.memurai_backup_keys = $good[0].'Keys'
    }
    $rehearsed = @($Backup | Where-Object -FilterScript { $null -ne $_.Rehearsed } | Sort-Object -Property Rehearsed)
    if ($rehearsed.Length -gt 0) {
        $last = $rehearsed[-1]
        $time = [DateTimeOffset]::new($last.Rehearsed).ToUnixTimeSeconds()
        $values.memurai_rehearsal_last_run_timestamp_seconds = $time
        $values.memurai_rehearsal_last_ok = [int]($last.Rehearsal -eq 'passed')
        $values.memurai_rehearsal_duration_seconds = $last.RehearsalSeconds
    }
    $passed = @($rehearsed | Where-Object -FilterScript { $_.Rehearsal -eq 'passed' })
    if ($passed.Length -gt 0) {
        $time = [DateTimeOffset]::new($passed[-1].Rehearsed).ToUnixTimeSeconds()
        $values.memurai_rehearsal_last_success_timestamp_seconds = $time
    }
    return $values
}
