function Get-MemuraiRemovalProblem {
    <#
    .SYNOPSIS
        Removes a folder that is not finished, and returns what is in the way of that; nothing when it is gone.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    try {
        # A full disk must not stay full until the next run.
        $null = Remove-WinItem -Path $Path -Recurse $true
    }
    catch {
        return " Nor could '$Path' be removed: $($_.Exception.GetBaseException().Message)"
    }
}
