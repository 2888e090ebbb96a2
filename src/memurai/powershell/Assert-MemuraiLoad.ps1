function Assert-MemuraiLoad {
    <#
    .SYNOPSIS
        Fails unless a server has loaded, when it started, all keys that it had to.

    .DESCRIPTION
        As the server counted them while it loaded, with those that it passed over because their lifetime had ended:
        clients may write meanwhile.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER Keys
        Number of keys that the snapshot holds.

    .PARAMETER TimeoutSeconds
        Deadline in seconds, also for a server that has no time to answer because all clients come back at once.

    .OUTPUTS
        [pscustomobject] with the properties
        Keys: number of keys that were loaded.
        ExpiredKeys: number of those whose lifetime had ended.

    .EXAMPLE
        Assert-MemuraiLoad -Server $server -Keys 1000
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Server,
        [Parameter(Mandatory = $true)][ValidateRange(0, [long]::MaxValue)][long]$Keys,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds 5
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $info = Get-MemuraiInformation -Server $reached
    while (-not $info.ContainsKey('loading') -and $watch.Elapsed.TotalSeconds -lt $TimeoutSeconds) {
        Start-Sleep -Milliseconds 250
        $info = Get-MemuraiInformation -Server $reached
    }
    if (-not $info.ContainsKey('rdb_last_load_keys_loaded')) {
        throw 'Expected rdb_last_load_keys_loaded in INFO, as Redis 7.0 has it, found none.'
    }
    $loaded = [long]$info['rdb_last_load_keys_loaded']
    $expired = [long]$info['rdb_last_load_keys_expired']
    if ($loaded -ne $Keys - $expired) {
        throw "Expected $($Keys - $expired) keys to be loaded, found $loaded."
    }
    return [pscustomobject]@{ Keys = $loaded; ExpiredKeys = $expired }
}
