function Get-WinTextFile {
    <#
    .SYNOPSIS
        Reads a text file in UTF-8.

    .PARAMETER Path
        Absolute path of the file, which other processes may have open.

    .PARAMETER MaximumBytes
        Size in bytes above which the file is not read.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Exists: whether the file exists.
        Content: the text without its byte order mark; null when the file is absent.
        HasByteOrderMark: whether a byte order mark precedes the text; null when the file is absent.
        SizeBytes: size of the file in bytes; null when the file is absent.

    .EXAMPLE
        Get-WinTextFile -Path C:\ProgramData\Memurai\memurai.conf
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [ValidateRange(0, 1073741824)][long]$MaximumBytes = 1048576
    )

    $full = Resolve-WinPath -Path $Path
    $file = [pscustomobject]@{
        Path             = $full
        Exists           = $false
        Content          = $null
        HasByteOrderMark = $null
        SizeBytes        = $null
    }
    $kind = Get-WinPathKind -Path $full
    if ($kind -eq 'Absent') {
        return $file
    }
    if ($kind -eq 'Directory') {
        throw "Expected a text file at '$full', found a directory. Give the path of a file."
    }
    $bytes = Read-WinFile -Path $full -MaximumBytes $MaximumBytes
    $marked = $bytes.Length -ge 3 -and $bytes[0] -eq 0xEF -and $bytes[1] -eq 0xBB -and $bytes[2] -eq 0xBF
    $start = if ($marked) { 3 } else { 0 }
    # Strict, because a replacement character would be written back as if it had been in the file.
    $encoding = [Text.UTF8Encoding]::new($false, $true)
    try {
        $file.Content = $encoding.GetString($bytes, $start, $bytes.Length - $start)
    }
    catch [Text.DecoderFallbackException] {
        throw "Expected text in UTF-8 in '$full', found other bytes. Save the file in UTF-8, or correct the path."
    }
    $file.Exists = $true
    $file.HasByteOrderMark = $marked
    $file.SizeBytes = [long]$bytes.Length
    return $file
}
