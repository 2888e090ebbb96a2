function Assert-MemuraiBackup {
    <#
    .SYNOPSIS
        Fails unless a backup is the one that is meant and whole, and names the newest one that is whole.

    .DESCRIPTION
        Whole is a backup whose files are what its manifest says (size and SHA-256) and whose snapshot the check tool
        accepts, with as many keys in it.

    .PARAMETER BackupFolder
        Absolute path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .PARAMETER Sha256
        SHA-256 that its manifest must have, in hexadecimal digits.

    .PARAMETER CheckPath
        Absolute path of memurai-check-rdb.exe.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the backup.
        Keys: number of keys in it, those whose lifetime has ended too.

    .EXAMPLE
        Assert-MemuraiBackup -BackupFolder C:\Backups\Redis -Name 20260101T020000Z -Sha256 $planned -CheckPath $tool
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder,
        [Parameter(Mandatory = $true)][ValidatePattern('^\d{8}T\d{6}Z$')][string]$Name,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$Sha256,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CheckPath
    )

    $folder = Resolve-WinPath -Path $BackupFolder
    Assert-MemuraiBackupName -Folder $folder -Name $Name
    $path = [IO.Path]::Combine($folder, $Name)
    try {
        Assert-MemuraiDigest -Path ([IO.Path]::Combine($path, 'manifest.json')) -Expected $Sha256.ToLowerInvariant()
        $manifest = Read-MemuraiWholeBackup -Folder $folder -Name $Name -CheckPath $CheckPath
        return [pscustomobject]@{ Name = $Name; Keys = [long]$manifest.'Keys' }
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
    }
    $newest = Get-MemuraiWholeBackupName -Folder $folder -CheckPath $CheckPath
    $hint = $(if ($null -eq $newest) { 'There is no whole one.' } else { "The newest whole one is $newest." })
    throw "Expected the backup $Name to be whole, found: $reason Nothing was changed. $hint"
}
