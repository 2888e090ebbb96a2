function Get-WinAccountName {
    <#
    .SYNOPSIS
        Returns the name of a security identifier, for people to read; null when it has none.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][Security.Principal.SecurityIdentifier]$Sid
    )

    try {
        return $Sid.Translate([Security.Principal.NTAccount]).Value
    }
    catch [SystemException] {
        # Account deleted (IdentityNotMappedException) or its domain out of reach (SystemException itself): the
        # identifier says who it is, the name is only for people.
        return $null
    }
}
