function Add-MemuraiDiskFact {
    <#
    .SYNOPSIS
        Adds how much room is left on the drives that folders are on.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][string[]]$Path
    )

    $Facts.volume_free_bytes = [ordered]@{}
    $Facts.volume_size_bytes = [ordered]@{}
    $least = [long]100
    $roots = foreach ($folder in $Path) {
        [IO.Path]::GetPathRoot((Resolve-WinPath -Path $folder)).ToUpperInvariant()
    }
    $texts = foreach ($root in @($roots | Select-Object -Unique)) {
        $name = $root.TrimEnd('\')
        $drive = [IO.DriveInfo]::new($root)
        $percent = [long]0
        $text = 'is not there'
        if ($drive.IsReady) {
            $Facts.volume_free_bytes[$name] = $drive.TotalFreeSpace
            $Facts.volume_size_bytes[$name] = $drive.TotalSize
            $percent = Get-MemuraiPercent -Part $drive.TotalFreeSpace -Whole $drive.TotalSize
            $text = "$percent % free"
        }
        $least = [Math]::Min($least, $percent)
        "$name $text"
    }
    $Facts.disks = @($texts) -join ', '
    $Facts.disk_free_percent = $least
}
