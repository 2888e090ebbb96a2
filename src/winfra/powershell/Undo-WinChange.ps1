function Undo-WinChange {
    <#
    .SYNOPSIS
        Undoes the change that was left unfinished in a folder of changes, if there is one.

    .DESCRIPTION
        A change that is under way is left alone, unless its step should long be over: then its process is ended.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Folder
        Absolute path of the folder of changes, which need not exist.

    .PARAMETER Reason
        Who undoes it, for people.

    .PARAMETER Required
        Whether it is an error when it still runs or could not be undone.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the change; null without one.
        Outcome: None, nothing was unfinished; UnderWay, it still runs; Done, it had been committed; Undone; Broken,
            part of it could not be undone, and all of it is to be undone again.
        Problem: what could not be undone, kept or removed, or who is at work; null when all went well.

    .EXAMPLE
        Undo-WinChange -Folder C:\ProgramData\Memurai\changes -Reason 'It was found unfinished by the health check.'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Reason,

        [bool]$Required = $false
    )

    $full = Resolve-WinPath -Path $Folder
    $end = [pscustomobject]@{ Name = $null; Outcome = 'None'; Problem = $null }
    $journal = Join-Path -Path $full -ChildPath 'journal'
    if ([IO.File]::Exists($journal) -and $PSCmdlet.ShouldProcess($journal, 'Undo what it tells of')) {
        Initialize-WinChangeFolder -Path $full
        try {
            # It is tried again soon.
            $lock = Enter-WinChange -Folder $full -Change 'the undoing of an unfinished change' -TimeoutSeconds 1
            try {
                $end = Complete-WinChange -Folder $full -Lock $lock -Reason $Reason
            }
            finally {
                $lock.Dispose()
            }
        }
        catch [TimeoutException] {
            $end.Outcome = 'UnderWay'
            $end.Problem = $_.Exception.GetBaseException().Message
        }
    }
    if ($Required -and $end.Outcome -in 'UnderWay', 'Broken') {
        throw "Expected to undo the change that was left unfinished in '$full', found: $($end.Problem)"
    }
    return [pscustomobject]@{ Name = $end.Name; Outcome = $end.Outcome; Problem = $end.Problem }
}
