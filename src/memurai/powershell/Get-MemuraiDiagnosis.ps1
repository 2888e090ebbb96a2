function Get-MemuraiDiagnosis {
    <#
    .SYNOPSIS
        Collects what a server knows of its troubles. Changes nothing.

    .DESCRIPTION
        No value, no key and no argument of a command leaves the server. What it does not tell is named in Unknown.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER User
        Name of an ACL user; empty: the default user.

    .PARAMETER Password
        Password of the user. Not given, memurai-cli does not authenticate.

    .PARAMETER TlsCaFile
        Absolute path of the authorities' certificates; empty: the connection is not encrypted.

    .PARAMETER TlsCertFile
        Absolute path of the client's certificate, if it needs one.

    .PARAMETER TlsKeyFile
        Absolute path of the key of that certificate.

    .PARAMETER Patterns
        Patterns of keys to count, as SCAN takes them.

    .PARAMETER SampleKeys
        About how many keys are looked at for each pattern.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each command.

    .OUTPUTS
        [pscustomobject] with the properties
        Info: answer to INFO ALL; empty when there was none.
        SlowLog: at most 128 entries, newest first: Id, TimeUtc, Microseconds, Command, Arguments (only how many) and
            ClientAddress.
        Latency: latest event of each kind: Event, TimeUtc, LatestMilliseconds, MaximumMilliseconds.
        Clients: connections by address: Address, Connections.
        KeyPatterns: for each pattern Pattern, Keys (that have it), SampledKeys (that were looked at), WithoutExpiry,
            AverageTtlSeconds (of those that expire, null when there are none), Complete (all keys were looked at).
        Unknown: what could not be read: What, Reason.

    .EXAMPLE
        Get-MemuraiDiagnosis -CliPath $cli -Address 127.0.0.1 -Port 6379 -Patterns ratelimit:*, token:blacklist:*
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [string]$User = '',
        [securestring]$Password,
        [string]$TlsCaFile = '',
        [string]$TlsCertFile = '',
        [string]$TlsKeyFile = '',
        [string[]]$Patterns = @(),
        [ValidateRange(1, 10000000)][int]$SampleKeys = 10000,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 10
    )

    $server = @{
        CliPath        = $CliPath
        Address        = $Address
        Port           = $Port
        User           = $User
        TlsCaFile      = $TlsCaFile
        TlsCertFile    = $TlsCertFile
        TlsKeyFile     = $TlsKeyFile
        Password       = $Password
        TimeoutSeconds = $TimeoutSeconds
    }
    $info = Get-MemuraiAnswer -Server $server -Arguments 'INFO', 'ALL'
    $nothing = [pscustomobject]@{ Entries = @(); Reason = $null }
    $slowLog = $latency = $clients = $nothing
    $samples = @()
    # One reason is enough for a server that does not answer.
    if ($info.IsAnswer) {
        $slowLog = Get-MemuraiSlowLog -Server $server
        $latency = Get-MemuraiLatencyEvent -Server $server
        $clients = Get-MemuraiClientCount -Server $server
        $samples = @(foreach ($pattern in $Patterns) {
                Get-MemuraiKeySample -Server $server -Pattern $pattern -SampleKeys $SampleKeys
            })
    }
    $reasons = @(
        [pscustomobject]@{ What = 'server'; Reason = $(if ($info.IsAnswer) { $null } else { $info.Text }) }
        [pscustomobject]@{ What = 'slow log'; Reason = $slowLog.Reason }
        [pscustomobject]@{ What = 'latency events'; Reason = $latency.Reason }
        [pscustomobject]@{ What = 'clients'; Reason = $clients.Reason }
        foreach ($sample in $samples) { [pscustomobject]@{ What = "keys $($sample.Pattern)"; Reason = $sample.Reason } }
    )
    $columns = 'Pattern', 'Keys', 'SampledKeys', 'WithoutExpiry', 'AverageTtlSeconds', 'Complete'
    $counted = @($samples | Where-Object -FilterScript { $null -eq $_.Reason })
    return [pscustomobject]@{
        Info        = $(if ($info.IsAnswer) { $info.Text } else { '' })
        SlowLog     = $slowLog.Entries
        Latency     = $latency.Entries
        Clients     = $clients.Entries
        KeyPatterns = @($counted | Select-Object -Property $columns)
        Unknown     = @($reasons | Where-Object -FilterScript { $null -ne $_.Reason })
    }
}
