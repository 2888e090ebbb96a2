function Assert-MemuraiAppendOnlyFile {
    <#
    .SYNOPSIS
        Fails when memurai-check-aof, which stands beside the check tool of snapshots, refuses an append-only file.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$CheckPath,
        [Parameter(Mandatory = $true)][string]$Folder
    )

    $manifests = @([IO.Directory]::GetFiles($Folder, '*.manifest'))
    if ($manifests.Length -ne 1) {
        throw "Expected one manifest of an append-only file in '$Folder', found $($manifests.Length)."
    }
    $programs = [IO.Path]::GetDirectoryName((Resolve-WinPath -Path $CheckPath))
    $tool = [IO.Path]::Combine($programs, 'memurai-check-aof.exe')
    $null = Invoke-MemuraiCheck -ToolPath $tool -Path $manifests[0]
}
