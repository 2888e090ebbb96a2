function Get-MemuraiDirectiveValue {
    <#
    .SYNOPSIS
        Returns the first word after the last line of a directive, or what holds without such a line.

    .PARAMETER Path
        Full path of the configuration file.

    .PARAMETER Name
        Name of the directive.

    .PARAMETER Default
        What the server takes when the directive is missing.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiDirectiveValue -Path $configuration -Name appendfilename -Default appendonly.aof
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [string]$Default
    )

    $line = Get-MemuraiDirective -Path $Path -Name $Name | Select-Object -Last 1
    if ($null -eq $line) {
        return $Default
    }
    return $line.Words[0]
}
