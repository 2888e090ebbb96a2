function Get-WinItem {
    <#
    .SYNOPSIS
        Says what stands at a path.

    .PARAMETER Path
        Absolute path, with slashes or backslashes.

    .PARAMETER IncludeHash
        Whether to compute the SHA-256 of a file.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Kind: Absent, File or Directory.
        SizeBytes: size of a file in bytes, else null.
        LastWriteTimeUtc: time of the last change, ISO 8601 in UTC; null when absent.
        Sha256: lower-case hexadecimal digest of a file when asked for, else null.

    .EXAMPLE
        Get-WinItem -Path C:\ProgramData\Memurai\memurai.conf -IncludeHash $true
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [bool]$IncludeHash = $false
    )

    $full = Resolve-WinPath -Path $Path
    $kind = Get-WinPathKind -Path $full
    $item = [pscustomobject]@{
        Path             = $full
        Kind             = $kind
        SizeBytes        = $null
        LastWriteTimeUtc = $null
        Sha256           = $null
    }
    if ($kind -ne 'Absent') {
        $item.LastWriteTimeUtc = ConvertTo-WinTimeText -Time ([IO.File]::GetLastWriteTimeUtc($full))
    }
    if ($kind -eq 'File') {
        $item.SizeBytes = [IO.FileInfo]::new($full).Length
        if ($IncludeHash) {
            $item.Sha256 = Get-WinFileHash -Path $full
        }
    }
    return $item
}
