function Add-MemuraiBackupFact {
    <#
    .SYNOPSIS
        Adds what the stored backups and the last run say, or why they cannot be read.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][string]$Folder
    )

    $now = [DateTime]::UtcNow
    $full = Resolve-WinPath -Path $Folder
    try {
        $stored = Get-MemuraiStoredBackup -Folder $full
        if ($stored.Unread.Length -gt 0) {
            throw ($stored.Unread -join '; ')
        }
        $run = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($full, 'last-run.json')) -Name 'ExitCode', 'EndedUtc'
        $future = @()
        if ($null -ne $run) {
            $Facts.backup_exit_code = [int]$run.ExitCode
            if (Test-MemuraiFutureTime -Time (ConvertFrom-MemuraiTimeText -Text $run.EndedUtc) -Now $now) {
                $future += 'last-run.json'
            }
        }
    }
    catch {
        # What cannot be read proves nothing; the other checks go on.
        $Facts.backup_problem = $_.Exception.Message
        return
    }
    $taken = @($stored.Backups | Where-Object -FilterScript { $_.IsAgeKnown } | Sort-Object -Property Taken)
    if ($taken.Length -gt 0) {
        $Facts.backup_hours = [Math]::Floor(($now - $taken[-1].Taken).TotalHours)
    }
    $rehearsed = @($stored.Backups | Where-Object -FilterScript { $null -ne $_.Rehearsed } |
            Sort-Object -Property Rehearsed)
    $passed = @($rehearsed | Where-Object -FilterScript { $_.Rehearsal -eq 'passed' })
    if ($passed.Length -gt 0) {
        $Facts.rehearsal_hours = [Math]::Floor(($now - $passed[-1].Rehearsed).TotalHours)
    }
    $Facts.rehearsal_failed = [int]($rehearsed.Length -gt 0 -and $rehearsed[-1].Rehearsal -eq 'failed')
    $future += @($stored.Backups | Where-Object -FilterScript { -not $_.IsAgeKnown } | ForEach-Object -MemberName Name)
    $Facts.backup_future = $future -join ', '
    $Facts.rehearsal_future = @($stored.Backups | Where-Object -FilterScript {
            $null -ne $_.RehearsedUtc -and $null -eq $_.Rehearsed
        } | ForEach-Object -MemberName Name) -join ', '
}
