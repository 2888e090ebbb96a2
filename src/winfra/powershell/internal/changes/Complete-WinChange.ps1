function Complete-WinChange {
    <#
    .SYNOPSIS
        Brings the change that a folder's journal tells of to its end: done when it was committed, else undone.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [IO.FileStream]$Lock,

        # Why it is undone where it was not committed.
        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Reason
    )

    $entries = Read-WinChangeLine -Path (Join-Path -Path $Folder -ChildPath 'journal')
    $end = [ordered]@{
        Name     = $null
        Outcome  = 'None'
        Reason   = ''
        Problem  = $null
        BeganUtc = $null
        EndedUtc = $null
    }
    if ($entries.Length -gt 0) {
        $end.Name = $entries[0].Name
        $end.BeganUtc = $entries[0].BeganUtc
        $end.Outcome = 'Done'
        if ($entries[-1].Kind -cne 'commit') {
            $end.Reason = $Reason
            $end.Outcome = 'Undone'
            $problems = Undo-WinChangeStep -Entries $entries -Name $end.Name -Lock $Lock
            if ($problems.Length -gt 0) {
                $end.Outcome = 'Broken'
                $end.Problem = $problems -join '; '
            }
        }
        $end.EndedUtc = ConvertTo-WinTimeText -Time ([DateTime]::UtcNow)
    }
    $problems = @(@($end.Problem) + (Close-WinChange -Folder $Folder -Outcome $end) | Where-Object { $_ })
    $end.Problem = $(if ($problems.Length -gt 0) { $problems -join '; ' })
    return [pscustomobject]$end
}
