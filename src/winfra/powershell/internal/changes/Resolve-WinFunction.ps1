function Resolve-WinFunction {
    <#
    .SYNOPSIS
        Returns the name of a function of this library as it is written; what comes in a list may call nothing else.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Name
    )

    $function = $null
    if ($Name -match '\A[A-Za-z]+-[A-Za-z0-9]+\z') {
        # Not Get-Command, which would look for an unknown name in all modules of the host, and load them.
        $function = Get-Item -LiteralPath "function:\$Name" -ErrorAction Ignore
    }
    if ($null -eq $function -or $function.ModuleName -cne $MyInvocation.MyCommand.ModuleName) {
        throw "Expected a function of the library, found '$Name', which it has not."
    }
    return $function.Name
}
