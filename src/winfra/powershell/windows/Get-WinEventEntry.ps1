function Get-WinEventEntry {
    <#
    .SYNOPSIS
        Reads the newest entries of a source in the Application event log.

    .PARAMETER Source
        Who wrote them. A source that does not exist has no entries.

    .PARAMETER Newest
        How many entries at most.

    .PARAMETER SinceUtc
        Only entries from this time on, ISO 8601 in UTC, e.g. 2026-01-31T02:30:00Z.

    .OUTPUTS
        [pscustomobject] with the properties
        Source: who wrote them.
        Entries: objects with EventId, EntryType (Information, Warning, Error), TimeUtc and Message, newest first.

    .EXAMPLE
        Get-WinEventEntry -Source MemuraiProduction -Newest 5
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^''"\\]{1,200}$')][string]$Source,
        [ValidateRange(1, 1000)][int]$Newest = 20,
        [ValidatePattern('^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$')][string]$SinceUtc
    )

    $condition = "Provider[@Name='$Source']"
    if ($PSBoundParameters.ContainsKey('SinceUtc')) {
        $condition += " and TimeCreated[@SystemTime>='$SinceUtc']"
    }
    $query = @{ LogName = 'Application'; FilterXPath = "*[System[$condition]]"; MaxEvents = $Newest }
    try {
        $events = @(Get-WinEvent @query -ErrorAction Stop)
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound,*') {
            throw
        }
        $events = @()
    }
    $entries = foreach ($item in $events) {
        # 1 critical, 2 error, 3 warning; 0 and from 4 on information.
        $type = switch ($item.Level) {
            1 { 'Error' }
            2 { 'Error' }
            3 { 'Warning' }
            default { 'Information' }
        }
        $message = $item.FormatDescription()
        if ([string]::IsNullOrEmpty($message)) {
            # The program with the texts of this source is gone: what it would have filled in is still there.
            $message = @(foreach ($property in $item.Properties) { [string]$property.Value }) -join ' '
        }
        [pscustomobject]@{
            EventId   = [int]$item.Id
            EntryType = $type
            TimeUtc   = ConvertTo-WinTimeText -Time $item.TimeCreated
            Message   = $message.TrimEnd()
        }
    }
    return [pscustomobject]@{
        Source  = $Source
        Entries = @($entries | Where-Object -FilterScript { $null -ne $_ })
    }
}
