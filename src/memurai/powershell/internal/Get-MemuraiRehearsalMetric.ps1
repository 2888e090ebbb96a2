function Get-MemuraiRehearsalMetric {
    <#
    .SYNOPSIS
        Returns what the rehearsals of the stored backups say to monitoring; nothing when there was none.

    .PARAMETER Backup
        The backups as Get-MemuraiStoredBackup returns them.

    .OUTPUTS
        [hashtable] with Name, Help and Value, one for each metric.

    .EXAMPLE
        Get-MemuraiRehearsalMetric -Backup $backups
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [psobject[]]$Backup
    )

    $rehearsed = @($Backup | Where-Object -FilterScript { $null -ne $_.Rehearsed } | Sort-Object -Property Rehearsed)
    if ($rehearsed.Length -eq 0) {
        return
    }
    $last = $rehearsed[-1]
    $time = [DateTimeOffset]::new($last.Rehearsed).ToUnixTimeSeconds()
    $help = 'When a backup was rehearsed last.'
    @{ Name = 'memurai_rehearsal_last_run_timestamp_seconds'; Help = $help; Value = $time }
    $isOk = [int]($last.State -eq 'passed')
    @{ Name = 'memurai_rehearsal_last_ok'; Help = 'Whether that rehearsal passed.'; Value = $isOk }
    $seconds = $last.Rehearsal.DurationSeconds
    @{ Name = 'memurai_rehearsal_duration_seconds'; Help = 'How long it took.'; Value = $seconds }
    $passed = @($rehearsed | Where-Object -FilterScript { $_.State -eq 'passed' })
    if ($passed.Length -gt 0) {
        $time = [DateTimeOffset]::new($passed[-1].Rehearsed).ToUnixTimeSeconds()
        @{ Name = 'memurai_rehearsal_last_success_timestamp_seconds'; Help = 'When one passed last.'; Value = $time }
    }
}
