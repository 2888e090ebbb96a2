function Move-MemuraiData {
    <#
    .SYNOPSIS
        Puts a stopped server's data into a folder of its own.

    .DESCRIPTION
        Until all of it is there, the folder has .partial after its name. Restore-MemuraiData brings it back.

    .PARAMETER DataFolder
        Absolute path of the server's data folder.

    .PARAMETER AsideFolder
        Absolute path of the new folder.

    .PARAMETER Names
        Names of the files and folders that are the data; those that are not there are passed over.

    .PARAMETER ByCopy
        Whether it is copied, and the copy compared with it by SHA-256. Otherwise it is moved, within one volume.

    .OUTPUTS
        [pscustomobject] with the properties
        DataFolder: full path of the data folder.
        AsideFolder: full path of the new folder.

    .EXAMPLE
        Move-MemuraiData -DataFolder C:\Memurai\data -AsideFolder C:\Memurai\data-aside -Names dump.rdb, appendonlydir
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$DataFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$AsideFolder,
        [Parameter(Mandatory = $true)][string[]]$Names,
        [bool]$ByCopy = $false
    )

    $data = Resolve-WinPath -Path $DataFolder
    $aside = Resolve-WinPath -Path $AsideFolder
    foreach ($path in $aside, "$aside.partial") {
        if ((Get-WinPathKind -Path $path) -ne 'Absent') {
            throw "Expected nothing at '$path', found something. Give another path."
        }
    }
    if ($PSCmdlet.ShouldProcess($data, "Put data into $aside")) {
        Move-MemuraiDataItem -Path $data -Destination "$aside.partial" -Names $Names -ByCopy $ByCopy
        $null = Move-WinItem -Path "$aside.partial" -Destination $aside
    }
    return [pscustomobject]@{ DataFolder = $data; AsideFolder = $aside }
}
