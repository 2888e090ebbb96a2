function Get-MemuraiHealthState {
    <#
    .SYNOPSIS
        Returns what the last health check kept, and why it cannot be read.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    $state = @{ RunId = $null; SlowLogEntries = $null; RejectedConnections = $null; Status = 'ok'; Changes = '' }
    $names = @($state.get_Keys())
    $state.Unread = ''
    try {
        $last = Read-MemuraiJsonFile -Path $Path -Name $names
        foreach ($name in $names) {
            if ($null -ne $last) {
                $state[$name] = $last.$name
            }
        }
    }
    catch {
        # This check writes it anew; until then there is nothing to compare with.
        $state.Unread = $_.Exception.GetBaseException().Message
    }
    return $state
}
