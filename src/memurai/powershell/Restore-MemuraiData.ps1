function Restore-MemuraiData {
    <#
    .SYNOPSIS
        Brings back the data that Move-MemuraiData put aside, and keeps what is in its place.

    .DESCRIPTION
        It may be called at any time and again, also when it was ended half way: what of the data is back stays. The
        folder aside goes at the end. One that never got its name tells that nothing has taken the place of the data.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER DataFolder
        Absolute path of the data folder of the server, which does not run.

    .PARAMETER AsideFolder
        Absolute path of the folder with the former data. Without one nothing is done.

    .PARAMETER KeptFolder
        Absolute path of the new folder for what is in the place of the data now: a server may have begun other files,
        and clients may have written.

    .PARAMETER Names
        Names of the files and folders that are the data.

    .PARAMETER ByCopy
        Whether the data was copied: then data that is as it was is left alone. Otherwise it was moved, within one
        volume.

    .OUTPUTS
        [pscustomobject] with the properties
        DataFolder: full path of the data folder.
        Restored: whether former data took the place of other data now.

    .EXAMPLE
        Restore-MemuraiData -DataFolder C:\Memurai\data -AsideFolder C:\Memurai\aside -KeptFolder C:\Memurai\kept @names
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$DataFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$AsideFolder,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$KeptFolder,
        [Parameter(Mandatory = $true)][string[]]$Names,
        [bool]$ByCopy = $false
    )

    $data = Resolve-WinPath -Path $DataFolder
    $aside = Resolve-WinPath -Path $AsideFolder
    $kept = Resolve-WinPath -Path $KeptFolder
    $items = @{ Names = $Names; ByCopy = $ByCopy }
    if (-not $PSCmdlet.ShouldProcess($data, "Bring data back from $aside")) {
        return
    }
    if ((Get-WinPathKind -Path "$aside.partial") -eq 'Directory') {
        if (-not $ByCopy) {
            Move-MemuraiDataItem -Path "$aside.partial" -Destination $data @items
        }
        $null = Remove-WinItem -Path "$aside.partial" -Recurse $ByCopy
    }
    $isAside = (Get-WinPathKind -Path $aside) -eq 'Directory'
    $isOther = $isAside -and (-not $ByCopy -or
        "$(Get-MemuraiDataDigest -Path $data -Names $Names)" -cne
        "$(Get-MemuraiDataDigest -Path $aside -Names $Names)")
    if ($isOther) {
        # Its name tells that what was in the place of the data is away: from then on what is there is the data.
        if ((Get-WinPathKind -Path $kept) -eq 'Absent') {
            Move-MemuraiDataItem -Path $data -Destination "$kept.partial" @items
            $null = Move-WinItem -Path "$kept.partial" -Destination $kept
        }
        foreach ($name in $(if ($ByCopy) { $Names })) {
            $null = Remove-WinItem -Path ([IO.Path]::Combine($data, $name)) -Recurse $true
        }
        Move-MemuraiDataItem -Path $aside -Destination $data @items
    }
    # Called again, when a server has gone on with the data, this finds nothing to bring back; nor half of it.
    if ($isAside) {
        $null = Move-WinItem -Path $aside -Destination "$aside.partial"
        $null = Remove-WinItem -Path "$aside.partial" -Recurse $ByCopy
    }
    if ((Get-WinPathKind -Path $kept) -eq 'Directory' -and [IO.Directory]::GetFileSystemEntries($kept).Length -eq 0) {
        $null = Remove-WinItem -Path $kept
    }
    return [pscustomobject]@{ DataFolder = $data; Restored = $isOther }
}
