function Stop-MemuraiOpenServer {
    <#
    .SYNOPSIS
        Stops a service whose server runs without the password of its configuration, and says so; else does nothing.
    #>
    # Such a server runs with Redis' defaults: anyone reads and writes it, and its data is not where it belongs. Or its
    # password was taken from it while it ran: so what it holds is saved before, and when it can't be, it is not
    # stopped.
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [Parameter(Mandatory = $true)][string]$ServiceName,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    if (-not (Test-MemuraiOpenAnswer -Text (Get-MemuraiUnfitness -Server $Server)) -or
        -not $PSCmdlet.ShouldProcess($ServiceName, 'Stop')) {
        return ''
    }
    $open = $Server.Clone()
    $open.Password = $null
    $keyspace = "$((Invoke-MemuraiProgram @open -Arguments 'INFO', 'keyspace').Output)"
    # An empty one would write an empty set over a good snapshot.
    if ($keyspace -cnotmatch '# Keyspace' -or $keyspace -cmatch 'db\d+:keys=') {
        try {
            $null = Save-MemuraiData -Server $open -TimeoutSeconds $TimeoutSeconds
        }
        catch {
            return ("; the service '$ServiceName' was not stopped, although anyone can read and write its server, " +
                "because what that holds was not saved: $($_.Exception.GetBaseException().Message)")
        }
    }
    $null = Stop-WinService -Name $ServiceName -TimeoutSeconds $TimeoutSeconds
    return "; the service '$ServiceName' was stopped, because anyone could have read and written its server"
}
