function Get-MemuraiInformation {
    <#
    .SYNOPSIS
        Returns the fields that a server reports by INFO; none when it does not answer.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Get-MemuraiInformation -Server @{ CliPath = $cli; Address = '127.0.0.1'; Port = 6379; TimeoutSeconds = 5 }
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server
    )

    $run = Invoke-MemuraiProgram @Server -Arguments INFO
    return ConvertFrom-MemuraiInformation -Text $run.Output
}
