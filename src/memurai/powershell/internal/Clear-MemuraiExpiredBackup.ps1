function Clear-MemuraiExpiredBackup {
    <#
    .SYNOPSIS
        Removes backups. Renamed first, none is ever there by half.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .PARAMETER Name
        Names of the backups.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Clear-MemuraiExpiredBackup -Folder C:\Backups\Redis -Name 20260101T020000Z
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Name
    )

    foreach ($item in $Name) {
        $path = [IO.Path]::Combine($Folder, $item)
        Move-MemuraiFolder -Path $path -Destination "$path.partial"
        $null = Remove-WinItem -Path "$path.partial" -Recurse $true
    }
}
