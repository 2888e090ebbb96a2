function Copy-MemuraiAppendOnlyPart {
    <#
    .SYNOPSIS
        Copies what the manifest of an append-only file names, and the manifest.

    .PARAMETER Path
        Full path of the folder of the append-only file.

    .PARAMETER Destination
        Full path of the folder to copy into; what is there goes.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiAppendOnlyPart -Path C:\ProgramData\Memurai\data\appendonlydir -Destination $copy
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination
    )

    $null = Remove-WinItem -Path $Destination -Recurse $true
    $null = [IO.Directory]::CreateDirectory($Destination)
    foreach ($manifest in [IO.Directory]::GetFiles($Path, '*.manifest')) {
        $copy = [IO.Path]::Combine($Destination, [IO.Path]::GetFileName($manifest))
        # What the server begins so it renames when it is whole.
        if ([IO.Path]::GetFileName($manifest).StartsWith('temp-', [StringComparison]::Ordinal)) {
            continue
        }
        Copy-MemuraiOpenFile -Path $manifest -Destination $copy
        # Parts of type h belong to the past; the server removes them.
        $lines = [regex]::Matches((Read-MemuraiText -Path $copy), '(?m)^file "?(.+?)"? seq \d+ type [bi]\s*$')
        foreach ($match in $lines) {
            $name = $match.Groups[1].Value
            $part = [IO.Path]::Combine($Path, $name)
            Copy-MemuraiOpenFile -Path $part -Destination ([IO.Path]::Combine($Destination, $name))
        }
    }
}
