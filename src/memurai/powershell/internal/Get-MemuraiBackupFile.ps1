function Get-MemuraiBackupFile {
    <#
    .SYNOPSIS
        Returns size and SHA-256 of the files of a backup.

    .PARAMETER Path
        Full path of the backup.

    .OUTPUTS
        [pscustomobject] with Path (in the backup), SizeBytes and Sha256, one for each file, dump.rdb first.

    .EXAMPLE
        Get-MemuraiBackupFile -Path C:\Backups\Redis\20260101T020000Z.partial
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $files = @([IO.Path]::Combine($Path, 'dump.rdb'))
    foreach ($folder in [IO.Directory]::GetDirectories($Path)) {
        $files += @([IO.Directory]::GetFiles($folder) | Sort-Object)
    }
    foreach ($file in $files) {
        [pscustomobject]@{
            Path      = $file.Substring($Path.Length + 1)
            SizeBytes = [IO.FileInfo]::new($file).Length
            Sha256    = Get-WinFileHash -Path $file
        }
    }
}
