function Get-MemuraiBackupFile {
    <#
    .SYNOPSIS
        Returns size and SHA-256 of the files of a backup.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
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
