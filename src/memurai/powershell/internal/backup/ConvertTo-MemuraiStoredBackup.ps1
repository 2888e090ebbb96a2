function ConvertTo-MemuraiStoredBackup {
    <#
    .SYNOPSIS
        Returns what a backup is whose manifest, and rehearsal if there was one, say this; problems go into a list.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Manifest,
        [Parameter(Mandatory = $true)][AllowNull()][psobject]$Rehearsal,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][Collections.Generic.List[string]]$Problems
    )

    $now = [datetime]::UtcNow
    $stored = [pscustomobject]@{
        Name             = $Manifest.Name
        TakenUtc         = $Manifest.TakenUtc
        Keys             = $Manifest.'Keys'
        SizeBytes        = [long]($Manifest.Files | Measure-Object -Property SizeBytes -Sum).Sum
        HasAppendOnly    = @($Manifest.Files).Length -gt 1
        Rehearsal        = 'none'
        RehearsedUtc     = $null
        IsAgeKnown       = $true
        Taken            = ConvertFrom-MemuraiTimeText -Text $Manifest.TakenUtc
        Rehearsed        = $null
        DurationSeconds  = $Manifest.DurationSeconds
        RehearsalSeconds = $null
    }
    $present = ConvertTo-WinTimeText -Time $now
    if ($null -ne $Rehearsal) {
        $stored.Rehearsal = $(if ($Rehearsal.Ok) { 'passed' } else { 'failed' })
        $stored.RehearsedUtc = $Rehearsal.RehearsedUtc
        $stored.RehearsalSeconds = $Rehearsal.DurationSeconds
        $time = ConvertFrom-MemuraiTimeText -Text $Rehearsal.RehearsedUtc
        if (-not (Test-MemuraiFutureTime -Time $time -Now $now)) {
            $stored.Rehearsed = $time
        }
    }
    if (Test-MemuraiFutureTime -Time $stored.Taken -Now $now) {
        $stored.IsAgeKnown = $false
        $Problems.Add("$($stored.Name): Expected a backup that was taken before now ($present), found " +
            "$($stored.TakenUtc): taken in the future: the clock was wrong, or is. It counts as no recent one, is " +
            'restored only by its name and never removed by itself. Set the clock right, and remove the backup by ' +
            'hand when you need it no more.')
    }
    elseif ($null -ne $Rehearsal -and $null -eq $stored.Rehearsed) {
        $Problems.Add("$($stored.Name): Expected a rehearsal before now ($present), found $($stored.RehearsedUtc): " +
            'rehearsed in the future: the clock was wrong, or is. It counts as no recent one.')
    }
    return $stored
}
