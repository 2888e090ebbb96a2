function Unprotect-WinSecret {
    <#
    .SYNOPSIS
        Returns a secret that Protect-WinSecret made a text of, on the same host.

    .PARAMETER Text
        The protected secret, in Base64.

    .OUTPUTS
        [pscustomobject] with the property
        Secret: the secret, in clear.

    .EXAMPLE
        (Unprotect-WinSecret -Text $text).Secret
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Text
    )

    Add-Type -AssemblyName System.Security
    try {
        $scope = [Security.Cryptography.DataProtectionScope]::LocalMachine
        $clear = [Security.Cryptography.ProtectedData]::Unprotect([Convert]::FromBase64String($Text), $null, $scope)
    }
    catch {
        throw ("Expected a secret that was protected on this host, found one that can't be read: " +
            "$($_.Exception.GetBaseException().Message). Was it brought here from another host?")
    }
    return [pscustomobject]@{ Secret = [Text.Encoding]::UTF8.GetString($clear) }
}
