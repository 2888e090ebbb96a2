function Get-MemuraiServerPair {
    <#
    .SYNOPSIS
        Returns how a server is reached on its new configuration, and how on the present one.

    .PARAMETER Bound
        The parameters that Set-MemuraiConfiguration was given. One that begins with Live stands for the present
        configuration; without it, that is like the new one.

    .OUTPUTS
        [hashtable] with New and Former, tables of parameters of Invoke-MemuraiProgram besides the command.

    .EXAMPLE
        Get-MemuraiServerPair -Bound $PSBoundParameters
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [Collections.Generic.Dictionary[string, object]]$Bound
    )

    $new = @{ CliPath = $Bound['CliPath']; Password = $Bound['Password']; TimeoutSeconds = 5 }
    foreach ($key in 'Address', 'Port', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile') {
        $new[$key] = $(if ($Bound.ContainsKey($key)) { $Bound[$key] } else { '' })
    }
    $former = $new.Clone()
    foreach ($key in 'Password', 'Address', 'Port', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile') {
        if ($Bound.ContainsKey("Live$key")) {
            $former[$key] = $Bound["Live$key"]
        }
    }
    return @{ New = $new; Former = $former }
}
