function Copy-MemuraiBackup {
    <#
    .SYNOPSIS
        Copies a backup to the second place under a temporary name, compares it, and gives it its name.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Manifest
        The manifest of the backup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiBackup -Job $job -Manifest $manifest
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [psobject]$Manifest
    )

    $source = [IO.Path]::Combine($Job.Folder, $Manifest.Name)
    $final = [IO.Path]::Combine((Resolve-WinPath -Path $Job.CopyTo), $Manifest.Name)
    $partial = "$final.partial"
    try {
        $null = Remove-WinItem -Path $partial -Recurse $true
        $paths = @($Manifest.Files | ForEach-Object -MemberName Path) + 'manifest.json' + 'manifest.sha256'
        foreach ($path in $paths) {
            $target = [IO.Path]::Combine($partial, $path)
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target))
            Copy-MemuraiOpenFile -Path ([IO.Path]::Combine($source, $path)) -Destination $target
        }
        foreach ($file in $Manifest.Files) {
            Assert-MemuraiDigest -Path ([IO.Path]::Combine($partial, $file.Path)) -Expected $file.Sha256
        }
        Move-MemuraiFolder -Path $partial -Destination $final
    }
    catch {
        throw "$($_.Exception.GetBaseException().Message)$(Get-MemuraiRemovalProblem -Path $partial)"
    }
}
