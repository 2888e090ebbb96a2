function Get-MemuraiLeftover {
    <#
    .SYNOPSIS
        Lists what a change of a file that holds secrets left beside it when it was ended half way.

    .PARAMETER Path
        Path of the configuration, the ACL file or the private key.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the file.
        StagedFiles: full paths of new contents that were to take its place.
        LastKnownGood: full path of the former file, kept because the new one was not proven; null when there is none.

    .EXAMPLE
        Get-MemuraiLeftover -Path C:\ProgramData\Memurai\config\memurai-production.conf
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Path
    )

    $target = Resolve-WinPath -Path $Path
    $kept = "$target.last-known-good"
    return [pscustomobject]@{
        Path          = $target
        StagedFiles   = [string[]]@(Get-MemuraiStagedFile -Path $target)
        LastKnownGood = $(if ((Get-WinPathKind -Path $kept) -eq 'File') { $kept })
    }
}
