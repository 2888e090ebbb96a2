function Read-MemuraiText {
    <#
    .SYNOPSIS
        Returns a short text file in UTF-8; fails when there is none.

    .PARAMETER Path
        Full path of the file.

    .OUTPUTS
        [string]

    .EXAMPLE
        Read-MemuraiText -Path C:\Backups\Redis\last-run.json
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    if ((Get-WinPathKind -Path $Path) -ne 'File') {
        throw "Expected the file '$Path', found none."
    }
    $bytes = Read-WinFile -Path $Path -MaximumBytes 16777216
    return [Text.UTF8Encoding]::new($false).GetString($bytes).TrimStart([char]0xFEFF)
}
