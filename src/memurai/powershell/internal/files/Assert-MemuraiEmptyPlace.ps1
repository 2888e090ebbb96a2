function Assert-MemuraiEmptyPlace {
    <#
    .SYNOPSIS
        Fails unless a path is that of an empty or missing folder.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    $kind = Get-WinPathKind -Path $Path
    if ($kind -eq 'File' -or ($kind -eq 'Directory' -and @([IO.Directory]::GetFileSystemEntries($Path)).Length -gt 0)) {
        throw "Expected an empty or missing folder at '$Path', found something. Give another path."
    }
}
