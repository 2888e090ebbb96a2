function Save-MemuraiText {
    <#
    .SYNOPSIS
        Writes a text file in UTF-8 under a temporary name, and renames it.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER Text
        What it shall hold.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiText -Path C:\Backups\Redis\last-run.json -Text $json
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Text
    )

    $temporary = "$Path.new"
    try {
        [IO.File]::WriteAllText($temporary, $Text, [Text.UTF8Encoding]::new($false))
        Move-MemuraiFile -Path $temporary -Destination $Path
    }
    finally {
        $null = Remove-WinItem -Path $temporary
    }
}
