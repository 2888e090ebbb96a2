function Get-MemuraiHealthFact {
    <#
    .SYNOPSIS
        Returns what the health check judges: the fields of INFO, and the host's own facts, by name.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings,
        # What the last check kept.
        [Parameter(Mandatory = $true)][hashtable]$Last,
        # What became of the changes that were found.
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][pscustomobject[]]$Changes
    )

    $server = Get-MemuraiJobServer -Settings $Settings -TimeoutSeconds 10
    $service = Get-WinService -Name $Settings.ServiceName
    $ping = Get-MemuraiAnswer -Server $server -Arguments PING
    $info = Get-MemuraiAnswer -Server $server -Arguments INFO
    # A server that loads its data or cannot write answers an error to PING, and INFO all the same.
    $facts = ConvertFrom-MemuraiInformation -Text $(if ($info.IsAnswer) { $info.Text } else { '' })
    $fields = $Settings.Fields + @(if ($facts['role'] -ceq 'slave') { $Settings.ReplicaFields })
    $missing = @($fields | Where-Object -FilterScript { -not $facts.ContainsKey($_) })
    if ($info.IsAnswer -and $missing.Length -eq 0) {
        Add-MemuraiServerFact -Facts $facts -Last $Last
        Add-MemuraiReplicaFact -Facts $facts
        Add-MemuraiSlowLogFact -Facts $facts -Last $Last -Server $server
        $facts.info = 'answered'
    }
    else {
        # Part of an answer is none: a check that lacks its figures would be wrong.
        $facts = @{ info = $(if ($info.IsAnswer) { "no $($missing -join ', ')" } else { $info.Text.Trim() }) }
    }
    $facts.service = $(if ($service.Exists) { $service.State } else { 'absent' })
    $facts.ping = $ping.Text.Trim()
    $facts.checked_seconds = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    Add-MemuraiChangeFact -Facts $facts -Changes $Changes
    Add-MemuraiBackupFact -Facts $facts -Folder $Settings.BackupFolder
    Add-MemuraiDiskFact -Facts $facts -Path $Settings.DataFolder, $Settings.BackupFolder
    return $facts
}
