function Write-WinFile {
    <#
    .SYNOPSIS
        Writes a text file that holds a secret: whole and on the disk, or as before.

    .FUNCTIONALITY
        Undoes steps of changes.

    .DESCRIPTION
        In UTF-8, first into <path>.new beside it, which then takes its place, whose access list stays; a new file
        takes its access list from its folder. Restore-WinFile takes it back.

    .PARAMETER Path
        Absolute path.

    .PARAMETER Content
        The whole text.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Sha256: SHA-256 of the file.

    .EXAMPLE
        Write-WinFile -Path C:\ProgramData\Memurai\config\users.acl -Content $text
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][securestring]$Content
    )

    $full = Resolve-WinPath -Path $Path
    if ((Get-WinPathKind -Path $full) -eq 'Directory') {
        throw "Expected a file or nothing at '$full', found a directory. Correct the path."
    }
    Write-WinText -Path $full -Source @{ Text = [Net.NetworkCredential]::new('', $Content).Password }
    return [pscustomobject]@{ Path = $full; Sha256 = Get-WinFileHash -Path $full }
}
