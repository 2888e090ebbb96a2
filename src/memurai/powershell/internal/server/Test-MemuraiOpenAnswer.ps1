function Test-MemuraiOpenAnswer {
    <#
    .SYNOPSIS
        Tells whether a server has no password although one was sent to it: it has not read its configuration.
    #>
    # Redis hands a path with [, * or ? to glob(), and starts with its defaults when nothing matches. It then answers
    # PONG to whoever asks; memurai-cli says on its standard error that the password was refused, and goes on.
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text
    )

    return $Text -cmatch 'PONG\s+(Warning: )?AUTH failed'
}
