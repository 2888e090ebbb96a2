function Move-MemuraiDataItem {
    <#
    .SYNOPSIS
        Moves what there is of a server's data into another folder on the same volume, or copies it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][string]$Destination,
        [Parameter(Mandatory = $true)][string[]]$Names,
        [Parameter(Mandatory = $true)][bool]$ByCopy
    )

    $null = [IO.Directory]::CreateDirectory($Destination)
    if ($ByCopy) {
        foreach ($line in @(Get-MemuraiDataDigest -Path $Path -Names $Names)) {
            $digest, $file = $line -split ' ', 2
            $copy = @{ Path = $Path + $file; Destination = $Destination + $file; Sha256 = $digest }
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($copy.Destination))
            $null = Copy-WinFile @copy
        }
        return
    }
    foreach ($name in $Names) {
        $source = [IO.Path]::Combine($Path, $name)
        if ((Get-WinPathKind -Path $source) -ne 'Absent') {
            $null = Move-WinItem -Path $source -Destination ([IO.Path]::Combine($Destination, $name))
        }
    }
}
