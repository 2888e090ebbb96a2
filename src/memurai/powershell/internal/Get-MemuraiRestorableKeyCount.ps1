function Get-MemuraiRestorableKeyCount {
    <#
    .SYNOPSIS
        Returns the number of keys in a whole backup; fails for any other, and names one that is whole.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        [long]

    .EXAMPLE
        Get-MemuraiRestorableKeyCount -Restore $restore
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $folder = [IO.Path]::Combine($Restore.Folder, $Restore.Name)
    try {
        Assert-MemuraiDigest -Path ([IO.Path]::Combine($folder, 'manifest.json')) -Expected $Restore.Sha256
        $manifest = Read-MemuraiWholeBackup -Folder $Restore.Folder -Name $Restore.Name
        $dump = [IO.Path]::Combine($folder, 'dump.rdb')
        $found = Get-MemuraiSnapshotKeyCount -CheckPath $Restore.Check -Path $dump
        if ($found -ne $manifest.'Keys') {
            throw "Expected $($manifest.'Keys') keys in its snapshot, found $found."
        }
        return [long]$manifest.'Keys'
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
    }
    $newest = Get-MemuraiWholeBackupName -Folder $Restore.Folder -CheckPath $Restore.Check
    $hint = $(if ($null -eq $newest) { 'There is no whole one.' } else { "The newest whole one is $newest." })
    throw "Expected the backup $($Restore.Name) to be whole, found: $reason Nothing was changed. $hint"
}
