function Send-MemuraiHealthEvent {
    <#
    .SYNOPSIS
        Writes the results of a health check to the event log when they are other than the last ones.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .PARAMETER Status
        The worst result.

    .PARAMETER Text
        The results as people read them.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Send-MemuraiHealthEvent -Health $health -Status warning -Text $text
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health,

        [Parameter(Mandatory = $true)]
        [string]$Status,

        [Parameter(Mandatory = $true)]
        [string]$Text
    )

    $events = @{
        ok       = @{ EventId = 1020; EntryType = 'Information' }
        warning  = @{ EventId = 1021; EntryType = 'Warning' }
        critical = @{ EventId = 1022; EntryType = 'Error' }
    }
    if ($Health.Last.Status -cne $Status) {
        $entry = $events[$Status]
        $null = Write-WinEvent @entry -Source $Health.Settings.EventSource -Message $Text
    }
}
