function Assert-MemuraiRestore {
    <#
    .SYNOPSIS
        Fails on what would be in the way of a restore.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiRestore -Restore $restore
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $null = Get-WinServiceInstance -Name $Restore.ServiceName -Required $true
    $names = @(Get-MemuraiDirectiveName -Path $Restore.Configuration)
    if ('replicaof' -in $names -or 'slaveof' -in $names) {
        throw ("Expected a primary, found replicaof in '$($Restore.Configuration)'. A replica takes its primary's " +
            'data: restore there. Nothing was changed.')
    }
    foreach ($place in $Restore.Aside, "$($Restore.Aside)-failed") {
        Assert-MemuraiEmptyPlace -Path $place
    }
    if ([IO.Path]::GetPathRoot($Restore.Aside) -ne [IO.Path]::GetPathRoot($Restore.Data)) {
        throw ("Expected a folder on the volume of '$($Restore.Data)' for the present data, found " +
            "'$($Restore.Aside)'. The data is renamed, not copied. Give a folder there.")
    }
    $dump = [IO.Path]::Combine($Restore.Folder, $Restore.Name, 'dump.rdb')
    $needed = [IO.FileInfo]::new($dump).Length * (1 + [int]$Restore.AppendOnly)
    Assert-MemuraiFreeSpace -Path $Restore.Data -Bytes $needed -Hint 'Nothing was changed; make room.'
}
