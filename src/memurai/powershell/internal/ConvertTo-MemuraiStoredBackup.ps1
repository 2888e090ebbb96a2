function ConvertTo-MemuraiStoredBackup {
    <#
    .SYNOPSIS
        Returns what a backup is whose manifest, and rehearsal if there was one, say this.

    .PARAMETER Name
        Its name.

    .PARAMETER Manifest
        Its manifest.

    .PARAMETER Rehearsal
        What Read-MemuraiRehearsal found; null when there was none.

    .PARAMETER Now
        The present time in UTC.

    .OUTPUTS
        [pscustomobject] as Get-MemuraiStoredBackup has it, and ClockProblem: what is wrong with its times, null when
        nothing is.

    .EXAMPLE
        ConvertTo-MemuraiStoredBackup -Name $name -Manifest $manifest -Rehearsal $null -Now ([datetime]::UtcNow)
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [psobject]$Manifest,

        [Parameter(Mandatory = $true)]
        [AllowNull()]
        [psobject]$Rehearsal,

        [Parameter(Mandatory = $true)]
        [datetime]$Now
    )

    $taken = ConvertFrom-MemuraiTimeText -Text $Manifest.TakenUtc
    $isFuture = Test-MemuraiFutureTime -Time $taken -Now $Now
    $present = ConvertTo-WinTimeText -Time $Now
    $state, $rehearsed, $problem = 'none', $null, $null
    if ($null -ne $Rehearsal) {
        $state = $(if ($Rehearsal.Ok) { 'passed' } else { 'failed' })
        $rehearsed = ConvertFrom-MemuraiTimeText -Text $Rehearsal.RehearsedUtc
        if (Test-MemuraiFutureTime -Time $rehearsed -Now $Now) {
            $rehearsed = $null
            $problem = "${Name}: Expected a rehearsal before now ($present), found $($Rehearsal.RehearsedUtc): " +
                'rehearsed in the future: the clock was wrong, or is. It counts as no recent one.'
        }
    }
    if ($isFuture) {
        $problem = "${Name}: Expected a backup that was taken before now ($present), found $($Manifest.TakenUtc): " +
            'taken in the future: the clock was wrong, or is. It counts as no recent one, is restored only by its ' +
            'name and never removed by itself. Set the clock right, and remove the backup by hand when you need it ' +
            'no more.'
    }
    return [pscustomobject]@{
        Name         = $Name
        Manifest     = $Manifest
        Taken        = $taken
        IsAgeKnown   = -not $isFuture
        SizeBytes    = [long]($Manifest.Files | Measure-Object -Property SizeBytes -Sum).Sum
        Rehearsal    = $Rehearsal
        Rehearsed    = $rehearsed
        State        = $state
        ClockProblem = $problem
    }
}
