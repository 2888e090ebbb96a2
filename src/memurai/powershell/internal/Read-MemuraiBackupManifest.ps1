function Read-MemuraiBackupManifest {
    <#
    .SYNOPSIS
        Returns what the manifest of a backup says; fails when it is not as it was written.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .OUTPUTS
        [pscustomobject] with Name, Host, Service, Role, ServerVersion, TakenUtc, Keys, DurationSeconds and Files (Path,
        SizeBytes, Sha256).

    .EXAMPLE
        Read-MemuraiBackupManifest -Folder C:\Backups\Redis -Name 20260101T020000Z
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [string]$Name
    )

    $path = [IO.Path]::Combine($Folder, $Name, 'manifest.json')
    $digest = Read-MemuraiText -Path ([IO.Path]::Combine($Folder, $Name, 'manifest.sha256'))
    Assert-MemuraiDigest -Path $path -Expected $digest.Trim()
    $manifest = Read-MemuraiJson -Path $path -Kind @{
        Name = 'text'; Host = 'text'; Service = 'text'; Role = 'text'; ServerVersion = 'text'; TakenUtc = 'text'
        Keys = 'integer'; DurationSeconds = 'number'; Files = 'list'
    }
    # Only files of the backup itself: a path may not lead out of its folder.
    $pattern = '^(dump\.rdb|[^\\/:*?"<>|]+\\[^\\/:*?"<>|]+)\z'
    $wrong = @($manifest.Files | Where-Object -FilterScript {
            -not ($_.Path -is [string] -and $_.Path -cmatch $pattern -and -not $_.Path.Contains('..') -and
                ($_.SizeBytes -is [int] -or $_.SizeBytes -is [long]) -and $_.Sha256 -is [string])
        })
    $paths = @($manifest.Files | ForEach-Object -MemberName Path)
    if ($wrong.Length -gt 0 -or 'dump.rdb' -notin $paths -or $manifest.Name -cne $Name) {
        throw "Expected the manifest of the backup $Name in '$path', found another one."
    }
    $null = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
    return $manifest
}
