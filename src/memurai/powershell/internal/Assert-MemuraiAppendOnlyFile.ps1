function Assert-MemuraiAppendOnlyFile {
    <#
    .SYNOPSIS
        Fails when memurai-check-aof, which stands beside the check tool of snapshots, refuses an append-only file.

    .PARAMETER CheckPath
        Absolute path of memurai-check-rdb.exe.

    .PARAMETER Folder
        Full path of the folder with the parts of the append-only file.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiAppendOnlyFile -CheckPath $check -Folder C:\Backups\Redis\20260101T020000Z\appendonlydir
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$CheckPath,

        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    $manifests = @([IO.Directory]::GetFiles($Folder, '*.manifest'))
    if ($manifests.Length -ne 1) {
        throw "Expected one manifest of an append-only file in '$Folder', found $($manifests.Length)."
    }
    $programs = [IO.Path]::GetDirectoryName((Resolve-WinPath -Path $CheckPath))
    $tool = [IO.Path]::Combine($programs, 'memurai-check-aof.exe')
    $null = Invoke-MemuraiCheck -ToolPath $tool -Path $manifests[0]
}
