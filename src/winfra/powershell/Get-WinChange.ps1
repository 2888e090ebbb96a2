function Get-WinChange {
    <#
    .SYNOPSIS
        Says whether a change runs in a folder of changes or was left unfinished there, and how the last ones ended.

    .PARAMETER Folder
        Absolute path of the folder of changes, which need not exist.

    .OUTPUTS
        [pscustomobject] with the properties
        Folder: the full path.
        State: None, UnderWay, Unfinished (its process is gone) or Unreadable (the journal is damaged).
        Name: name of the change; null without one.
        Step: what it does, or did last; null without one.
        ProcessId: of the change that is under way; null without one.
        Problem: why the journal can't be read; null when it can.
        Outcomes: the last changes, the latest at the end: Name; Outcome (Done, Undone, Broken); Reason, why it was
            undone; Problem, what could not be; BeganUtc; EndedUtc.

    .EXAMPLE
        Get-WinChange -Folder C:\ProgramData\Memurai\changes
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Folder
    )

    $full = Resolve-WinPath -Path $Folder
    $found = @{ State = 'None'; Name = $null; Step = $null; ProcessId = $null; Problem = $null }
    $holder = Get-WinChangeHolder -Folder $full
    try {
        $entries = Read-WinChangeLine -Path (Join-Path -Path $full -ChildPath 'journal')
        if ($entries.Length -gt 0) {
            $found.State = 'Unfinished'
            $found.Name = $entries[0].Name
            $found.Step = @($entries | Where-Object { $_.Kind -ceq 'step' } | ForEach-Object { $_.Why })[-1]
        }
    }
    catch {
        $found.State = 'Unreadable'
        $found.Problem = $_.Exception.GetBaseException().Message
    }
    if ($null -ne $holder) {
        $found.State = 'UnderWay'
        $found.Name = $holder.Change
        $found.Step = $holder.Step
        $found.ProcessId = $holder.ProcessId
    }
    $kept = Read-WinChangeLine -Path (Join-Path -Path $full -ChildPath 'outcomes') -SkipDamaged
    $outcomes = foreach ($entry in $kept) {
        [pscustomobject]@{
            Name     = $entry.Name
            Outcome  = $entry.Outcome
            Reason   = $entry.Reason
            Problem  = $entry.Problem
            BeganUtc = $entry.BeganUtc
            EndedUtc = $entry.EndedUtc
        }
    }
    return [pscustomobject]@{
        Folder    = $full
        State     = $found.State
        Name      = $found.Name
        Step      = $found.Step
        ProcessId = $found.ProcessId
        Problem   = $found.Problem
        Outcomes  = @($outcomes)
    }
}
