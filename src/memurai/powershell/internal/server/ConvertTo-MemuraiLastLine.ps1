function ConvertTo-MemuraiLastLine {
    <#
    .SYNOPSIS
        Returns the last three lines of what a program printed, as one.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text
    )

    $lines = @(foreach ($line in $Text -split '[\r\n]+') {
            # The additional information of a check tool may name a key.
            if ($line.Trim() -ne '' -and $line -notmatch '^\s*\[(info|additional info)\]') {
                $line.Trim()
            }
        })
    return @($lines | Select-Object -Last 3) -join '; '
}
