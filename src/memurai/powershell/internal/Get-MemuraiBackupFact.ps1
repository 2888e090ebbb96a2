function Get-MemuraiBackupFact {
    <#
    .SYNOPSIS
        Returns what the records of the backups say about the newest one, its rehearsals and the last run.

    .PARAMETER Folder
        Absolute path of the folder of the backups, which may be missing.

    .PARAMETER Now
        The present time in UTC.

    .OUTPUTS
        [pscustomobject] with the properties
        TakenUtc: when the newest good backup was taken, null when there is none.
        ProvenUtc: when a rehearsal last succeeded, null when none did.
        LastRehearsalUtc: when the last rehearsal was, null when there was none.
        IsLastRehearsalFailed: whether it failed.
        LastExitCode: exit code of the last run, null when there was none.
        Future: names of the backups, and of the record of the last run, whose time is in the future.
        FutureRehearsals: names of the backups whose rehearsal is. What is in the future counts as nothing else.

    .EXAMPLE
        Get-MemuraiBackupFact -Folder C:\Backups\Redis -Now ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [datetime]$Now
    )

    $full = Resolve-WinPath -Path $Folder
    $fact = [pscustomobject]@{
        TakenUtc              = $null
        ProvenUtc             = $null
        LastRehearsalUtc      = $null
        IsLastRehearsalFailed = $false
        LastExitCode          = $null
        Future                = @()
        FutureRehearsals      = @()
    }
    if ((Get-WinPathKind -Path $full) -ne 'Directory') {
        return $fact
    }
    $run = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($full, 'last-run.json')) -Name 'ExitCode', 'EndedUtc'
    if ($null -ne $run) {
        $fact.LastExitCode = [int]$run.ExitCode
        if (Test-MemuraiFutureTime -Time (ConvertFrom-MemuraiTimeText -Text $run.EndedUtc) -Now $Now) {
            $fact.Future += 'last-run.json'
        }
    }
    # A backup that is still being made has another name, and one without a manifest is not good.
    $names = @([IO.Directory]::GetDirectories($full) | Where-Object -FilterScript { $_ -cmatch '\\\d{8}T\d{6}Z$' })
    foreach ($backup in $names) {
        $manifest = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($backup, 'manifest.json')) -Name TakenUtc
        if ($null -ne $manifest) {
            $taken = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
            if (Test-MemuraiFutureTime -Time $taken -Now $Now) {
                $fact.Future += [IO.Path]::GetFileName($backup)
            }
            else {
                $fact.TakenUtc = Get-MemuraiLatest -Time $fact.TakenUtc, $taken
            }
        }
        Add-MemuraiRehearsalFact -Fact $fact -Path $backup -Now $Now
    }
    return $fact
}
