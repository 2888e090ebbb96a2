function Get-WinAccountSid {
    <#
    .SYNOPSIS
        Returns the security identifier of an account or group as text; null when it has none.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Account
    )

    if ($Account -match '^S-1-\d+(-\d+)+$') {
        return $Account
    }
    if ($Account.Length -eq 0) {
        return $null
    }
    try {
        return [Security.Principal.NTAccount]::new($Account).Translate([Security.Principal.SecurityIdentifier]).Value
    }
    catch [SystemException] {
        # Account deleted (IdentityNotMappedException) or its domain out of reach (SystemException itself): whoever it
        # was, it is none that the caller can be looking for.
        return $null
    }
}
