function Test-MemuraiOpenAnswer {
    <#
    .SYNOPSIS
        Tells whether a server has no password although one was sent to it: it has not read its configuration.

    .DESCRIPTION
        Redis hands a path with [, * or ? to glob(), and starts with its defaults when nothing matches. It then answers
        PONG to whoever asks; memurai-cli says on its standard error that the password was refused, and goes on.

    .PARAMETER Text
        What memurai-cli printed as its answer to PING, standard error after output, or Get-MemuraiReadiness returned.

    .OUTPUTS
        [bool]

    .EXAMPLE
        Test-MemuraiOpenAnswer -Text "$($run.Output) $($run.ErrorOutput)"
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Text
    )

    return $Text -cmatch 'PONG\s+(Warning: )?AUTH failed'
}
