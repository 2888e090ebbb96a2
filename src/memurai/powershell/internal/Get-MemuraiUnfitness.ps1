function Get-MemuraiUnfitness {
    <#
    .SYNOPSIS
        Returns what of a server is not as expected; nothing when it is healthy.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER Expected
        Values of fields of INFO by name. That it answers PING and has loaded its data is always expected.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiUnfitness -Server $server -Expected @{ role = 'master'; aof_enabled = '1' }
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [hashtable]$Expected
    )

    $readiness = Get-MemuraiReadiness -Server $Server
    if ($readiness -cne 'ready') {
        return "expected PONG and loading:0, found: $readiness"
    }
    $found = Get-MemuraiInformation -Server $Server
    $wrong = foreach ($field in $Expected.get_Keys()) {
        if ($found[$field] -cne $Expected[$field]) {
            "expected ${field}:$($Expected[$field]), found ${field}:$($found[$field])"
        }
    }
    return @($wrong) -join ', '
}
