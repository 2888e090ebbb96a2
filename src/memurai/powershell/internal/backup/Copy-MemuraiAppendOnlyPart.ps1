function Copy-MemuraiAppendOnlyPart {
    <#
    .SYNOPSIS
        Copies what the manifest of an append-only file names, and the manifest; fails when that changes meanwhile.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][string]$Destination
    )

    $null = Remove-WinItem -Path $Destination -Recurse $true
    $null = [IO.Directory]::CreateDirectory($Destination)
    foreach ($manifest in [IO.Directory]::GetFiles($Path, '*.manifest')) {
        $copy = [IO.Path]::Combine($Destination, [IO.Path]::GetFileName($manifest))
        # What the server begins so it renames when it is whole.
        if ([IO.Path]::GetFileName($manifest).StartsWith('temp-', [StringComparison]::Ordinal)) {
            continue
        }
        $null = Copy-WinFile -Path $manifest -Destination $copy
        # Parts of type h belong to the past; the server removes them.
        $lines = [regex]::Matches([IO.File]::ReadAllText($copy), '(?m)^file "?(.+?)"? seq \d+ type [bi]\s*$')
        foreach ($match in $lines) {
            $name = $match.Groups[1].Value
            $part = [IO.Path]::Combine($Path, $name)
            $null = Copy-WinFile -Path $part -Destination ([IO.Path]::Combine($Destination, $name))
        }
        # A rewrite writes it anew before it begins a file, and before it removes one.
        if ((Get-WinFileHash -Path $manifest) -cne (Get-WinFileHash -Path $copy)) {
            throw "Expected '$manifest' to stay as it is while what it names is copied, found that it was rewritten."
        }
    }
}
