function Read-MemuraiWholeBackup {
    <#
    .SYNOPSIS
        Returns the manifest of a backup whose files and number of keys are what it says; fails when one is not.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder,
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][string]$CheckPath
    )

    $manifest = Read-MemuraiBackupManifest -Folder $Folder -Name $Name
    $path = [IO.Path]::Combine($Folder, $Name)
    foreach ($file in $manifest.Files) {
        Assert-MemuraiDigest -Path ([IO.Path]::Combine($path, $file.Path)) -Expected $file.Sha256
    }
    $dump = [IO.Path]::Combine($path, 'dump.rdb')
    $found = Get-MemuraiSnapshotKeyCount -CheckPath $CheckPath -Path $dump
    if ($found -ne $manifest.'Keys') {
        throw "Expected $($manifest.'Keys') keys in the snapshot '$dump' as the manifest says, found $found."
    }
    return $manifest
}
