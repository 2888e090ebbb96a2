function ConvertTo-WinEventEntry {
    <#
    .SYNOPSIS
        Returns an entry of an event log as a plain object.

    .PARAMETER Record
        The entry.

    .OUTPUTS
        [pscustomobject] with the properties
        EventId: number of the event within its source.
        EntryType: Information, Warning or Error.
        TimeUtc: when it was written, ISO 8601 in UTC.
        Message: its text, without what is blank at its end.

    .EXAMPLE
        ConvertTo-WinEventEntry -Record (Get-WinEvent -LogName Application -MaxEvents 1)
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [Diagnostics.Eventing.Reader.EventLogRecord]$Record
    )

    # 1 critical, 2 error, 3 warning; 0 and from 4 on information.
    $type = switch ($Record.Level) {
        1 { 'Error' }
        2 { 'Error' }
        3 { 'Warning' }
        default { 'Information' }
    }
    $message = $Record.FormatDescription()
    if ([string]::IsNullOrEmpty($message)) {
        # The program with the texts of this source is gone: what it would have filled in is still there.
        $message = @(foreach ($property in $Record.Properties) { [string]$property.Value }) -join ' '
    }
    return [pscustomobject]@{
        EventId   = [int]$Record.Id
        EntryType = $type
        TimeUtc   = ConvertTo-WinTimeText -Time $Record.TimeCreated
        Message   = $message.TrimEnd()
    }
}
