function Get-MemuraiDirectiveName {
    <#
    .SYNOPSIS
        Returns the names of the directives of a configuration file, in lower case.

    .PARAMETER Path
        Full path of the file. What it includes is not read.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiDirectiveName -Path C:\ProgramData\Memurai\config\memurai-production.conf
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    foreach ($line in [IO.File]::ReadAllLines($Path)) {
        if ($line -match '^\s*["'']?([^\s#"'']+)') {
            $Matches[1].ToLowerInvariant()
        }
    }
}
