function Get-MemuraiClientCount {
    <#
    .SYNOPSIS
        Returns how many connections each address has to a server, the most first.

    .PARAMETER Server
        Parameters of Invoke-MemuraiCommand besides the command.

    .OUTPUTS
        [pscustomobject] with the properties
        Entries: objects with Address and Connections.
        Reason: why they are not known, else null.

    .EXAMPLE
        Get-MemuraiClientCount -Server $server
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server
    )

    $answer = Get-MemuraiAnswer -Server $Server -Arguments 'CLIENT', 'LIST'
    if (-not $answer.IsAnswer) {
        return [pscustomobject]@{ Entries = @(); Reason = $answer.Text }
    }
    $addresses = @(foreach ($line in $answer.Text -split '[\r\n]+') {
            if ($line -cmatch '^id=\d+ addr=(.*?):\d+ ') {
                $Matches[1]
            }
        })
    $order = @{ Expression = { $_.get_Count() }; Descending = $true }, @{ Expression = { $_.Name } }
    $entries = @(foreach ($group in @($addresses | Group-Object | Sort-Object -Property $order)) {
            [pscustomobject]@{ Address = $group.Name; Connections = $group.get_Count() }
        })
    return [pscustomobject]@{ Entries = $entries; Reason = $null }
}
