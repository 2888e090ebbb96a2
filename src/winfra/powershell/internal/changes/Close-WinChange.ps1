function Close-WinChange {
    <#
    .SYNOPSIS
        Keeps the outcome of a change and removes its journal, unless it is still to be undone; returns what went wrong.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [Collections.IDictionary]$Outcome
    )

    # One after the other, whatever becomes of the first: least of all may a full disk keep a change from being over.
    if ($Outcome.Outcome -cne 'None') {
        try {
            Save-WinChangeOutcome -Folder $Folder -Outcome $Outcome
        }
        catch {
            "how it ended could not be kept: $($_.Exception.GetBaseException().Message)"
        }
    }
    if ($Outcome.Outcome -cne 'Broken') {
        $journal = Join-Path -Path $Folder -ChildPath 'journal'
        try {
            Invoke-WinRetry -Action { [IO.File]::Delete($journal) }
        }
        catch {
            "its journal could not be removed: $($_.Exception.GetBaseException().Message)"
        }
    }
}
