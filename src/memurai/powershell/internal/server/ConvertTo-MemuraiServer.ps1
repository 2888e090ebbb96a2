function ConvertTo-MemuraiServer {
    <#
    .SYNOPSIS
        Returns a server object, or a table of the same names, as the parameters by which it is asked.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Server,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $found = @{ User = ''; TlsCaFile = ''; TlsCertFile = ''; TlsKeyFile = '' }
    foreach ($name in 'CliPath', 'Address', 'Port', 'Password', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile') {
        if ($Server -is [Collections.IDictionary]) {
            $value = $Server[$name]
        }
        else {
            $property = $Server.PSObject.Properties[$name]
            $value = $(if ($null -ne $property) { $property.Value })
        }
        if ($null -ne $value) {
            $found[$name] = $value
        }
    }
    $wrong = @(foreach ($name in 'CliPath', 'Address', 'Port') { if (-not $found[$name]) { "no $name" } })
    if ($found.ContainsKey('Password') -and $found.Password -isnot [securestring]) {
        # Not shown: it may be one.
        $wrong += "a 'Password' that is no secret"
    }
    if ($wrong.Length -gt 0) {
        throw "Expected of a server CliPath, Address, Port and a secret as Password, found $($wrong -join ', ')."
    }
    $found.TimeoutSeconds = $TimeoutSeconds
    return $found
}
