function Clear-MemuraiChange {
    <#
    .SYNOPSIS
        Takes back what a change did before its file was swapped, and returns what came of that in a sentence.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Entry
        The table of Add-MemuraiHistoryEntry.

    .OUTPUTS
        [string]

    .EXAMPLE
        Clear-MemuraiChange -Change $change -Entry $entry
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [hashtable]$Entry
    )

    try {
        if ($Entry.Created) {
            $null = Remove-WinItem -Path $Entry.Path
        }
        if ((Get-WinPathKind -Path $Change.Target) -eq 'Absent' -and
            (Get-WinPathKind -Path $Change.Backup) -eq 'File') {
            # A replacement that failed half way.
            Move-MemuraiFile -Path $Change.Backup -Destination $Change.Target
        }
        if (-not $Change.IsServerChanged) {
            return 'Nothing was changed.'
        }
        if ($null -eq $Change.UndoCommand) {
            return 'The file was not changed, but the running server has new values until it restarts: deploy again.'
        }
        $server = Resolve-MemuraiRunningServer -Change $Change
        $command = @{ Command = $Change.UndoCommand; What = 'take its former values back' }
        Invoke-MemuraiLiveCommand -Change $Change -Server $server @command
        return 'The file was not changed, and the running server has its former values again.'
    }
    catch {
        return "Nor could everything be taken back: $($_.Exception.GetBaseException().Message)"
    }
}
