function ConvertTo-MemuraiSafeText {
    <#
    .SYNOPSIS
        Returns what a server or its client said, without the values of directives and without passwords.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Source,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowNull()][securestring[]]$Secrets
    )

    # The line of the file that the server refuses is cut to its directive's name, a quoted ACL rule (which may be a
    # password) goes, and so does an unknown command, which is quoted with its arguments.
    $text = [string]$Source.Text
    $text = $text -replace "(?m)^(>>> '[^\s']*).*$", '$1 ...'''
    $text = $text -replace "(?m)(user declaration|ACL rule|SETUSER modifier) '.*'(:| for )", '$1 ''...''$2'
    $text = $text -replace '(?i)(unknown command).*', '$1'
    foreach ($secret in $Secrets) {
        if ($null -ne $secret -and $secret.Length -gt 0) {
            $text = $text.Replace([Net.NetworkCredential]::new('', $secret).Password, '***')
        }
    }
    return $text.Trim()
}
