function ConvertTo-MemuraiSafeText {
    <#
    .SYNOPSIS
        Returns what a server or its client said, without the values of directives and without passwords.

    .PARAMETER Source
        Table with Text. A table, because a text that is an argument would reach the log of PowerShell's modules.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-MemuraiSafeText -Source @{ Text = $text } -Change $change
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Source,

        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    # The line of the file that the server refuses is cut to its directive's name, a quoted ACL rule (which may be a
    # password) goes, and so does an unknown command, which is quoted with its arguments.
    $text = [string]$Source.Text
    $text = $text -replace "(?m)^(>>> '[^\s']*).*$", '$1 ...'''
    $text = $text -replace "(?m)(user declaration|ACL rule) '.*'(:| for )", '$1 ''...''$2'
    $text = $text -replace '(?i)(unknown command).*', '$1'
    foreach ($secret in $Change.New.Password, $Change.Former.Password) {
        if ($null -ne $secret -and $secret.Length -gt 0) {
            $text = $text.Replace([Net.NetworkCredential]::new('', $secret).Password, '***')
        }
    }
    return $text.Trim()
}
