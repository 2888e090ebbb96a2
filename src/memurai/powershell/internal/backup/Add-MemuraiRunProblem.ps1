function Add-MemuraiRunProblem {
    <#
    .SYNOPSIS
        Takes note of a failure of a run of the backup job.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Run,
        [Parameter(Mandatory = $true)][int]$ExitCode,
        [Parameter(Mandatory = $true)][int]$EventId,
        [Parameter(Mandatory = $true)][string]$Message
    )

    $severity = 0, 3, 2, 4, 1
    if ([Array]::IndexOf($severity, $ExitCode) -gt [Array]::IndexOf($severity, $Run.ExitCode)) {
        $Run.ExitCode = $ExitCode
    }
    $Run.Problems += $Message
    $type = $(if ($EventId -in 1001, 1011) { 'Error' } else { 'Warning' })
    $Run.Events += @{ EventId = $EventId; EntryType = $type; Message = $Message }
}
