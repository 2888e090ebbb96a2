function Get-MemuraiVolume {
    <#
    .SYNOPSIS
        Returns the drives that folders are on, each once.

    .PARAMETER Path
        Absolute paths of the folders.

    .OUTPUTS
        [pscustomobject] with the properties
        Volume: name of the drive, e.g. C:.
        SizeBytes: its size in bytes, null when there is no such drive or it is not ready.
        FreeBytes: what of it is free, in bytes.

    .EXAMPLE
        Get-MemuraiVolume -Path C:\ProgramData\Memurai\data, D:\Backups
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string[]]$Path
    )

    $roots = foreach ($folder in $Path) {
        [IO.Path]::GetPathRoot((Resolve-WinPath -Path $folder)).ToUpperInvariant()
    }
    foreach ($root in @($roots | Select-Object -Unique)) {
        $drive = [IO.DriveInfo]::new($root)
        $isReady = $drive.IsReady
        [pscustomobject]@{
            Volume    = $root.TrimEnd('\')
            SizeBytes = $(if ($isReady) { $drive.TotalSize } else { $null })
            FreeBytes = $(if ($isReady) { $drive.TotalFreeSpace } else { $null })
        }
    }
}
