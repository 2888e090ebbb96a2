function Get-WinChangeMeaning {
    <#
    .SYNOPSIS
        Returns what became of a host whose change failed, and what is to be done, as a sentence.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [psobject]$End
    )

    if ($End.Outcome -ceq 'None') {
        return 'No step was begun.'
    }
    if ($End.Outcome -ceq 'Undone') {
        $rest = $(if ($null -ne $End.Problem) { ", but $($End.Problem)" })
        return "All that was done was undone$rest."
    }
    return ("And what was done could not be undone: $($End.Problem). Mend that and run again, which undoes all of it " +
        "first, from the journal in '$Folder'.")
}
