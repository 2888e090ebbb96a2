function Get-MemuraiBackupMetric {
    <#
    .SYNOPSIS
        Returns what the stored backups say to monitoring.

    .PARAMETER Backup
        The backups as Get-MemuraiStoredBackup returns them.

    .OUTPUTS
        [hashtable] with Name, Help and Value, one for each metric.

    .EXAMPLE
        Get-MemuraiBackupMetric -Backup $backups
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [psobject[]]$Backup
    )

    $known = @($Backup | Where-Object -FilterScript { $_.IsAgeKnown })
    $good = @($known | Where-Object -FilterScript { $_.State -ne 'failed' })
    $isUnproven = [int]($good.Length -eq 0 -or $good[0].State -eq 'none')
    $help = 'Backups that can be read and have failed no rehearsal.'
    @{ Name = 'memurai_backup_good_backups'; Help = $help; Value = $good.Length }
    $help = 'Whether the newest good backup has not been rehearsed.'
    @{ Name = 'memurai_backup_unproven'; Help = $help; Value = $isUnproven }
    $future = $Backup.Length - $known.Length
    @{ Name = 'memurai_backup_future_backups'; Help = 'Backups that were taken in the future.'; Value = $future }
    if ($good.Length -eq 0) {
        return
    }
    $newest = $good[0]
    $taken = [DateTimeOffset]::new($newest.Taken).ToUnixTimeSeconds()
    $help = 'When the newest good backup was taken.'
    @{ Name = 'memurai_backup_last_success_timestamp_seconds'; Help = $help; Value = $taken }
    $seconds = $newest.Manifest.DurationSeconds
    @{ Name = 'memurai_backup_duration_seconds'; Help = 'How long it took.'; Value = $seconds }
    @{ Name = 'memurai_backup_size_bytes'; Help = 'Its size.'; Value = $newest.SizeBytes }
    @{ Name = 'memurai_backup_keys'; Help = 'Keys in it.'; Value = $newest.Manifest.'Keys' }
}
