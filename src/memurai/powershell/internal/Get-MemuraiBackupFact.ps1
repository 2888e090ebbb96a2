function Get-MemuraiBackupFact {
    <#
    .SYNOPSIS
        Returns what the records of the backups say about the newest one, its rehearsals and the last run.

    .PARAMETER Folder
        Absolute path of the folder of the backups, which may be missing.

    .OUTPUTS
        [pscustomobject] with the properties
        TakenUtc: when the newest good backup was taken, null when there is none.
        ProvenUtc: when a rehearsal last succeeded, null when none did.
        IsLastRehearsalFailed: whether the last rehearsal failed.
        LastExitCode: exit code of the last run, null when there was none.

    .EXAMPLE
        Get-MemuraiBackupFact -Folder C:\Backups\Redis
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    $full = Resolve-WinPath -Path $Folder
    $fact = [pscustomobject]@{
        TakenUtc              = $null
        ProvenUtc             = $null
        IsLastRehearsalFailed = $false
        LastExitCode          = $null
    }
    if ((Get-WinPathKind -Path $full) -ne 'Directory') {
        return $fact
    }
    $run = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($full, 'last-run.json')) -Name ExitCode
    if ($null -ne $run) {
        $fact.LastExitCode = [int]$run.ExitCode
    }
    # A backup that is still being made has another name, and one without a manifest is not good.
    $names = @([IO.Directory]::GetDirectories($full) | Where-Object -FilterScript { $_ -cmatch '\\\d{8}T\d{6}Z$' })
    $lastRehearsal = $null
    foreach ($backup in $names) {
        $manifest = Read-MemuraiJsonFile -Path ([IO.Path]::Combine($backup, 'manifest.json')) -Name TakenUtc
        if ($null -ne $manifest) {
            $taken = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
            $fact.TakenUtc = Get-MemuraiLatest -Time $fact.TakenUtc, $taken
        }
        $record = [IO.Path]::Combine($backup, 'rehearsal.json')
        $rehearsal = Read-MemuraiJsonFile -Path $record -Name 'Ok', 'RehearsedUtc'
        if ($null -ne $rehearsal) {
            $time = ConvertFrom-MemuraiTimeText -Text $rehearsal.RehearsedUtc
            if ($null -eq $lastRehearsal -or $time -gt $lastRehearsal) {
                $lastRehearsal = $time
                $fact.IsLastRehearsalFailed = -not $rehearsal.Ok
            }
            if ($rehearsal.Ok) {
                $fact.ProvenUtc = Get-MemuraiLatest -Time $fact.ProvenUtc, $time
            }
        }
    }
    return $fact
}
