function Assert-MemuraiBackupFile {
    <#
    .SYNOPSIS
        Fails when a file of a backup is missing or has another size.

    .PARAMETER Path
        Full path of the backup.

    .PARAMETER Manifest
        What its manifest says.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiBackupFile -Path C:\Backups\Redis\20260101T020000Z -Manifest $manifest
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [psobject]$Manifest
    )

    foreach ($file in $Manifest.Files) {
        $full = [IO.Path]::Combine($Path, $file.Path)
        $found = 'no such file'
        if ((Get-WinPathKind -Path $full) -eq 'File') {
            $found = "$([IO.FileInfo]::new($full).Length) bytes"
        }
        if ($found -cne "$($file.SizeBytes) bytes") {
            throw "Expected $($file.SizeBytes) bytes in '$full', found $found."
        }
    }
}
