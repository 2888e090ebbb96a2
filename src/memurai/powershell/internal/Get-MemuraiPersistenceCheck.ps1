function Get-MemuraiPersistenceCheck {
    <#
    .SYNOPSIS
        Judges whether the server writes its data to disk.

    .PARAMETER Health
        The table of Invoke-MemuraiHealthCheck.

    .OUTPUTS
        [pscustomobject] as ConvertTo-MemuraiCheck returns it

    .EXAMPLE
        Get-MemuraiPersistenceCheck -Health $health
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Health
    )

    $expected = @{
        aof_enabled               = "$([int]$Health.Settings.AppendOnly)"
        rdb_last_bgsave_status    = 'ok'
        aof_last_write_status     = 'ok'
        aof_last_bgrewrite_status = 'ok'
    }
    $fields = 'aof_enabled', 'rdb_last_bgsave_status', 'aof_last_write_status', 'aof_last_bgrewrite_status'
    $wrong = @($fields | Where-Object -FilterScript { $Health.Information[$_] -cne $expected[$_] })
    # An append-only file that is too many and a rewrite that failed lose nothing; everything else does.
    $harmless = @('aof_last_bgrewrite_status') + @(if (-not $Health.Settings.AppendOnly) { 'aof_enabled' })
    $harmful = @($wrong | Where-Object -FilterScript { $_ -notin $harmless })
    $check = @{
        Name     = 'persistence'
        Status   = Get-MemuraiStatus -IsCritical ($harmful.Length -gt 0) -IsWarning ($wrong.Length -gt 0)
        Value    = @($fields | ForEach-Object -Process { "${_}:$($Health.Information[$_])" }) -join ', '
        Expected = @($fields | ForEach-Object -Process { "${_}:$($expected[$_])" }) -join ', '
        Advice   = ("Is the disk full, may the service's account write to the data folder, does another program " +
            "hold a file there? The server's log says more. Deploy when aof_enabled differs.")
    }
    ConvertTo-MemuraiCheck @check
}
