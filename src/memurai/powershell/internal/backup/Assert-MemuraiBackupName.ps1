function Assert-MemuraiBackupName {
    <#
    .SYNOPSIS
        Fails when there is no backup of a name.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Folder,
        [Parameter(Mandatory = $true)][string]$Name
    )

    if ($Name -notin @(Get-MemuraiBackupName -Folder $Folder)) {
        throw "Expected the backup '$Name' in '$Folder', found none of that name."
    }
}
