function Protect-WinSecret {
    <#
    .SYNOPSIS
        Returns a secret as a text that can be read on this host only (DPAPI, in the machine's name).

    .DESCRIPTION
        Whoever may read the text on this host may also read the secret: the file that keeps it has to be private.

    .PARAMETER Secret
        The secret.

    .OUTPUTS
        [pscustomobject] with the property
        Text: the protected secret, in Base64.

    .EXAMPLE
        (Protect-WinSecret -Secret $password).Text
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [securestring]$Secret
    )

    Add-Type -AssemblyName System.Security
    $clear = [Text.Encoding]::UTF8.GetBytes([Net.NetworkCredential]::new('', $Secret).Password)
    try {
        $scope = [Security.Cryptography.DataProtectionScope]::LocalMachine
        $bytes = [Security.Cryptography.ProtectedData]::Protect($clear, $null, $scope)
    }
    finally {
        [Array]::Clear($clear, 0, $clear.Length)
    }
    return [pscustomobject]@{ Text = [Convert]::ToBase64String($bytes) }
}
