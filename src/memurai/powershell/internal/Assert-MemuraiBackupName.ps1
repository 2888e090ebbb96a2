function Assert-MemuraiBackupName {
    <#
    .SYNOPSIS
        Fails when there is no backup of a name.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiBackupName -Folder C:\Backups\Redis -Name 20260101T020000Z
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [string]$Name
    )

    if ($Name -notin @(Get-MemuraiBackupName -Folder $Folder)) {
        throw "Expected the backup '$Name' in '$Folder', found none of that name."
    }
}
