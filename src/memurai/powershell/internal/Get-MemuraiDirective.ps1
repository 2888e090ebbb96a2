function Get-MemuraiDirective {
    <#
    .SYNOPSIS
        Returns the lines of one directive in a configuration file.

    .PARAMETER Path
        Full path of the file. What it includes is not read.

    .PARAMETER Name
        Name of the directive.

    .OUTPUTS
        [pscustomobject] with Words, what follows the name, unquoted; one object for each line.

    .EXAMPLE
        Get-MemuraiDirective -Path C:\ProgramData\Memurai\config\memurai-production.conf -Name rename-command
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Name
    )

    $pattern = '"((?:[^"\\]|\\.)*)"|''([^'']*)''|(\S+)'
    foreach ($line in [IO.File]::ReadAllLines($Path)) {
        if ($line.TrimStart().StartsWith('#')) {
            continue
        }
        $words = @(foreach ($match in [regex]::Matches($line, $pattern)) {
                "$($match.Groups[1].Value)$($match.Groups[2].Value)$($match.Groups[3].Value)"
            })
        if ($words.Length -gt 1 -and $words[0] -eq $Name) {
            [pscustomobject]@{ Words = [string[]]@($words | Select-Object -Skip 1) }
        }
    }
}
