function Copy-MemuraiBackup {
    <#
    .SYNOPSIS
        Copies a backup to the second place under a temporary name, compares it, and gives it its name.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][psobject]$Manifest
    )

    $source = [IO.Path]::Combine($Job.Folder, $Manifest.Name)
    $place = Resolve-WinPath -Path $Job.CopyTo
    $final = [IO.Path]::Combine($place, $Manifest.Name)
    $partial = "$final.partial"
    try {
        $null = [IO.Directory]::CreateDirectory($place)
        # Copies that were ended half way; one that another host makes just now is younger.
        foreach ($left in [IO.Directory]::GetDirectories($place, '*.partial')) {
            if ([IO.Path]::GetFileName($left) -cmatch '^\d{8}T\d{6}Z\.partial$' -and
                ($left -eq $partial -or [IO.Directory]::GetCreationTimeUtc($left) -lt [datetime]::UtcNow.AddDays(-1))) {
                $null = Remove-WinItem -Path $left -Recurse $true
            }
        }
        foreach ($file in $Manifest.Files) {
            $copy = @{ Path = [IO.Path]::Combine($source, $file.Path); Sha256 = $file.Sha256 }
            $target = [IO.Path]::Combine($partial, $file.Path)
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target))
            $null = Copy-WinFile @copy -Destination $target
        }
        foreach ($name in 'manifest.json', 'manifest.sha256') {
            $target = [IO.Path]::Combine($partial, $name)
            $null = Copy-WinFile -Path ([IO.Path]::Combine($source, $name)) -Destination $target
        }
        $null = Move-WinItem -Path $partial -Destination $final
    }
    catch {
        throw "$($_.Exception.GetBaseException().Message)$(Get-MemuraiRemovalProblem -Path $partial)"
    }
}
