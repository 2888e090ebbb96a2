function Resolve-MemuraiServer {
    <#
    .SYNOPSIS
        Returns the first of several ways to reach the server of a service by which it answers; else the first.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][psobject[]]$Servers,
        [Parameter(Mandatory = $true)][string]$ServiceName
    )

    $ways = @(foreach ($server in $Servers) { ConvertTo-MemuraiServer -Server $server -TimeoutSeconds 5 })
    foreach ($way in $ways) {
        # Another server may have the port of a way that is not in use yet, or not any more.
        if ($ways.Length -gt 1) {
            $services = @(foreach ($found in (Get-WinTcpListener -Port $way.Port).Listeners) { $found.Services })
            if ($ServiceName -notin $services) {
                continue
            }
        }
        $run = Invoke-MemuraiProgram @way -Arguments PING
        if (-not $run.TimedOut -and $run.Output.Trim() -ceq 'PONG') {
            return $way
        }
    }
    return $ways[0]
}
