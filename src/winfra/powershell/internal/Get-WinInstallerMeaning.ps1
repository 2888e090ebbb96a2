function Get-WinInstallerMeaning {
    <#
    .SYNOPSIS
        Returns what an exit code of msiexec means.

    .DESCRIPTION
        The codes are those of Microsoft's page "MsiExec.exe and InstMsi.exe error messages".

    .PARAMETER Code
        The exit code.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-WinInstallerMeaning -Code 1603
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [int]$Code
    )

    $meanings = @{
        1602 = 'it was cancelled'
        1603 = 'fatal error; look above "Return value 3" in the log for the action that failed'
        1605 = 'the product is not installed'
        1618 = 'another installation is in progress; wait for its end'
        1619 = 'the package could not be opened; is it a whole MSI file that the account may read?'
        1622 = 'the log could not be opened; does its folder exist?'
        1625 = 'a system policy forbids this installation'
        1638 = 'another version of the product is installed; remove it first'
    }
    if ($meanings.ContainsKey($Code)) {
        return $meanings[$Code]
    }
    return 'see Microsoft''s list of msiexec error messages'
}
