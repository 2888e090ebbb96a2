function Add-MemuraiRehearsalFact {
    <#
    .SYNOPSIS
        Takes note of the rehearsal of a backup, if there was one.

    .PARAMETER Fact
        What Get-MemuraiBackupFact has found so far.

    .PARAMETER Path
        Full path of the backup.

    .PARAMETER Now
        The present time in UTC.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Add-MemuraiRehearsalFact -Fact $fact -Path C:\Backups\Redis\20260101T020000Z -Now ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [psobject]$Fact,

        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [datetime]$Now
    )

    $record = [IO.Path]::Combine($Path, 'rehearsal.json')
    $rehearsal = Read-MemuraiJsonFile -Path $record -Name 'Ok', 'RehearsedUtc'
    if ($null -eq $rehearsal) {
        return
    }
    $time = ConvertFrom-MemuraiTimeText -Text $rehearsal.RehearsedUtc
    if (Test-MemuraiFutureTime -Time $time -Now $Now) {
        $Fact.FutureRehearsals += [IO.Path]::GetFileName($Path)
        return
    }
    if ($null -eq $Fact.LastRehearsalUtc -or $time -gt $Fact.LastRehearsalUtc) {
        $Fact.LastRehearsalUtc = $time
        $Fact.IsLastRehearsalFailed = -not $rehearsal.Ok
    }
    if ($rehearsal.Ok) {
        $Fact.ProvenUtc = Get-MemuraiLatest -Time $Fact.ProvenUtc, $time
    }
}
