function Get-MemuraiRemovalProblem {
    <#
    .SYNOPSIS
        Removes a folder that is not finished, and returns what is in the way of that; nothing when it is gone.

    .PARAMETER Path
        Full path of the folder.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiRemovalProblem -Path C:\Backups\Redis\20260101T020000Z.partial
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    try {
        # A full disk must not stay full until the next run.
        $null = Remove-WinItem -Path $Path -Recurse $true
    }
    catch {
        return " Nor could '$Path' be removed: $($_.Exception.GetBaseException().Message)"
    }
}
