function ConvertTo-WinChangeLine {
    <#
    .SYNOPSIS
        Returns an entry of texts and numbers as a line of a journal: the digest of its text, and the text.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [Collections.IDictionary]$Entry
    )

    $text = ConvertTo-Json -InputObject $Entry -Compress
    return "$(Get-WinTextHash -Text $text) $text`n"
}
