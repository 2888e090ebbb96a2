function ConvertTo-WinArgumentText {
    <#
    .SYNOPSIS
        Returns arguments as one command line, quoted as CommandLineToArgvW and the C run-time library take it apart.
    #>
    # Backslashes stand for themselves except in front of a quotation mark, where each is doubled; a quotation mark is
    # escaped by one more. In 5.1 ProcessStartInfo has no list of arguments that would do this.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowEmptyString()][string[]]$Arguments
    )

    $quoted = foreach ($argument in $Arguments) {
        if ($argument -cmatch '\A[^\s"]+\z') {
            $argument
        }
        else {
            # Backslashes before a quotation mark or before the end, where the closing mark follows.
            '"' + (($argument -replace '(\\*)"', '$1$1\"') -replace '(\\+)\z', '$1$1') + '"'
        }
    }
    return @($quoted) -join ' '
}
