function Copy-MemuraiData {
    <#
    .SYNOPSIS
        Copies a stopped server's data into a folder, and compares the copy with it by SHA-256.

    .PARAMETER Path
        Full path of the folder it is in.

    .PARAMETER Name
        Names of its files and folders there; those that are not there are passed over.

    .PARAMETER Destination
        Full path of the folder to copy into. Created if missing.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiData -Path C:\ProgramData\Memurai\data -Name dump.rdb, appendonlydir -Destination C:\Backups\Redis\x
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string[]]$Name,

        [Parameter(Mandatory = $true)]
        [string]$Destination
    )

    $null = [IO.Directory]::CreateDirectory($Destination)
    foreach ($item in $Name) {
        $full = [IO.Path]::Combine($Path, $item)
        $files = switch (Get-WinPathKind -Path $full) {
            'File' { $full }
            'Directory' { [IO.Directory]::GetFiles($full, '*', [IO.SearchOption]::AllDirectories) }
        }
        foreach ($file in $files) {
            $target = $Destination + $file.Substring($Path.Length)
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target))
            [IO.File]::Copy($file, $target, $true)
        }
    }
    $expected = Get-MemuraiDataDigest -Path $Path -Name $Name
    if ((Get-MemuraiDataDigest -Path $Destination -Name $Name) -cne $expected) {
        throw "Expected the copy in '$Destination' to be the data in '$Path', found other content. Check the disk."
    }
}
