function Save-MemuraiTextFile {
    <#
    .SYNOPSIS
        Writes a text file in UTF-8 so that whoever reads it finds the former text or all of the new one.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER Text
        The text.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Save-MemuraiTextFile -Path $metrics -Text $text
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Text
    )

    if ($PSCmdlet.ShouldProcess($Path, 'Write')) {
        # Another ending: those who collect the files of a folder go by theirs.
        $temporary = "$Path.new"
        [IO.File]::WriteAllText($temporary, $Text, [Text.UTF8Encoding]::new($false))
        Move-MemuraiFile -Path $temporary -Destination $Path
    }
}
