function Write-WinEvent {
    <#
    .SYNOPSIS
        Writes an entry into the Application event log. Its source is registered when it is missing.

    .PARAMETER Source
        Who writes it, e.g. MemuraiProduction.

    .PARAMETER EventId
        Number of the event within its source.

    .PARAMETER EntryType
        Information, Warning or Error.

    .PARAMETER Message
        The text, without secrets. What is beyond 31000 characters is cut off: Windows takes not much more.

    .OUTPUTS
        [pscustomobject] with the properties
        Source: who wrote it.
        EventId: number of the event.

    .EXAMPLE
        Write-WinEvent -Source MemuraiProduction -EventId 1000 -EntryType Information -Message 'Backup done.'
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^''"\\]{1,200}$')][string]$Source,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$EventId,
        [Parameter(Mandatory = $true)][ValidateSet('Information', 'Warning', 'Error')][string]$EntryType,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Message
    )

    $log = 'Application'
    if (-not [Diagnostics.EventLog]::SourceExists($Source)) {
        [Diagnostics.EventLog]::CreateEventSource($Source, $log)
    }
    $found = [Diagnostics.EventLog]::LogNameFromSourceName($Source, '.')
    if ($found -ne $log) {
        throw "Expected the event source '$Source' in the log $log, found it in '$found'. Choose another source."
    }
    $text = $Message.Substring(0, [Math]::Min($Message.Length, 31000))
    [Diagnostics.EventLog]::WriteEntry($Source, $text, [Diagnostics.EventLogEntryType]$EntryType, $EventId)
    return [pscustomobject]@{ Source = $Source; EventId = $EventId }
}
