function Get-MemuraiInformation {
    <#
    .SYNOPSIS
        Returns the fields that a server reports by INFO; none when it does not answer.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Server
    )

    $run = Invoke-MemuraiProgram @Server -Arguments INFO
    # Part of an answer is none: a field that is missing would be taken for one that the server does not have.
    return ConvertFrom-MemuraiInformation -Text $(if ($run.ExitCode -eq 0) { $run.Output } else { '' })
}
