function Read-MemuraiBackupManifest {
    <#
    .SYNOPSIS
        Returns what the manifest of a backup says; fails when it, or the size of a file, is not as it was written.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder,
        [Parameter(Mandatory = $true)][string]$Name
    )

    $path = [IO.Path]::Combine($Folder, $Name, 'manifest.json')
    $digest = [IO.File]::ReadAllText([IO.Path]::Combine($Folder, $Name, 'manifest.sha256'))
    Assert-MemuraiDigest -Path $path -Expected $digest.Trim()
    # What has that digest is as it was written.
    $manifest = Read-MemuraiJsonFile -Path $path -Name 'Name', 'TakenUtc', 'Keys', 'DurationSeconds', 'Files'
    # Only files of the backup itself: a path may not lead out of its folder.
    $pattern = '^(dump\.rdb|[^\\/:*?"<>|]+\\[^\\/:*?"<>|]+)\z'
    $paths = @($manifest.Files | ForEach-Object -MemberName Path)
    $wrong = @($paths | Where-Object -FilterScript { $_ -cnotmatch $pattern -or $_.Contains('..') })
    if ($wrong.Length -gt 0 -or 'dump.rdb' -notin $paths -or $manifest.Name -cne $Name) {
        throw "Expected the manifest of the backup $Name in '$path', found another one."
    }
    $null = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
    foreach ($file in $manifest.Files) {
        $full = [IO.Path]::Combine($Folder, $Name, $file.Path)
        $found = 'no such file'
        if ((Get-WinPathKind -Path $full) -eq 'File') {
            $found = "$([IO.FileInfo]::new($full).Length) bytes"
        }
        if ($found -cne "$($file.SizeBytes) bytes") {
            throw "Expected $($file.SizeBytes) bytes in '$full', found $found."
        }
    }
    return $manifest
}
