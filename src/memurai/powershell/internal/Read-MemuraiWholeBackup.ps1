function Read-MemuraiWholeBackup {
    <#
    .SYNOPSIS
        Returns the manifest of a backup whose files are what it says (size and SHA-256); fails when one is not.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .OUTPUTS
        [pscustomobject] as Read-MemuraiBackupManifest has it.

    .EXAMPLE
        Read-MemuraiWholeBackup -Folder C:\Backups\Redis -Name 20260101T020000Z
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [string]$Name
    )

    $manifest = Read-MemuraiBackupManifest -Folder $Folder -Name $Name
    $path = [IO.Path]::Combine($Folder, $Name)
    Assert-MemuraiBackupFile -Path $path -Manifest $manifest
    foreach ($file in $manifest.Files) {
        Assert-MemuraiDigest -Path ([IO.Path]::Combine($path, $file.Path)) -Expected $file.Sha256
    }
    return $manifest
}
