function Invoke-MemuraiHealthCheck {
    <#
    .SYNOPSIS
        Undoes what changes left unfinished, and judges the health of a server, its host's drives and its backups.

    .DESCRIPTION
        What is judged, how and in which words stands in the settings. The figures are written as metrics for
        Prometheus, whether the server answers or not. An event is written when the status, or what there is to say of
        changes, is another than at the last check (of which a file tells, as of the counters whose growth is judged).
        When the server does not answer INFO, ping is critical and the checks that need it are left out. A change that
        is under way is left alone.

    .PARAMETER SettingsPath
        Absolute path of the JSON file with the settings: CliPath, Address, Port, User, TlsCaFile, TlsCertFile,
        TlsKeyFile, SecretPath, ServiceName, DataFolder, BackupFolder, MetricsFolder, EventSource, StatePath,
        ChangeFolders (of changes, the product's first), UndoModule (path of the module by which they are undone),
        Fields (of INFO, that are needed), ReplicaFields (that a replica's has besides), Checks and Metrics.

    .OUTPUTS
        [pscustomobject] with the properties
        ExitCode: 0 when all is well, 1 when something is critical, 2 when something is worth a warning.
        Status: ok, warning or critical.
        Text: the results as people read them.
        Checks: objects with Name, Status, Value and Message.
        Metrics: objects with Name, Label and Value; none for what is not known.

    .EXAMPLE
        Invoke-MemuraiHealthCheck -SettingsPath C:\ProgramData\Memurai\jobs\health.json
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$SettingsPath
    )

    $settings = Get-MemuraiHealthSetting -Path $SettingsPath
    # First: what is judged then is the server as it was before a change that died.
    $changes = @(Undo-MemuraiChange -Settings $settings)
    $last = Get-MemuraiHealthState -Path $settings.StatePath
    $facts = Get-MemuraiHealthFact -Settings $settings -Last $last -Changes $changes
    $checks = @(Get-MemuraiHealthResult -Facts $facts -Checks $settings.Checks)
    $found = @($checks | ForEach-Object -Process { $_.Status })
    $status = @('critical', 'warning', 'ok' | Where-Object -FilterScript { $found -contains $_ })[0]
    $numbers = @{ ok = 0; warning = 1; critical = 2 }
    $facts.status_number = $numbers[$status]
    $facts.check_numbers = [ordered]@{}
    foreach ($check in $checks) {
        $facts.check_numbers[$check.Name] = $numbers[$check.Status]
    }
    $samples = @(Get-MemuraiMetricSample -Metrics $settings.Metrics -Facts $facts)
    $text = ConvertTo-MemuraiHealthText -Settings $settings -Checks $checks -Status $status -Unread $last.Unread
    $place = Save-MemuraiHealthMetric -Settings $settings -Text (
        ConvertTo-MemuraiHealthMetricText -Settings $settings -Samples $samples)
    # Before the state is kept: an event that could not be written is written by the next check.
    $said = @($checks | Where-Object { $_.Name -ceq 'changes' -and $_.Status -cne 'ok' } | ForEach-Object { $_.Value })
    $news = $said -join ''
    if ($last.Status -cne $status -or ($news -cne '' -and $news -cne $last.Changes)) {
        $events = @{
            ok       = @{ EventId = 1020; EntryType = 'Information' }
            warning  = @{ EventId = 1021; EntryType = 'Warning' }
            critical = @{ EventId = 1022; EntryType = 'Error' }
        }
        $entry = $events[$status]
        $null = Write-WinEvent @entry -Source $settings.EventSource -Message $text
    }
    Save-MemuraiHealthState -Path $settings.StatePath -Facts $facts -Last $last -Status $status -Changes $news
    return [pscustomobject]@{
        ExitCode = @{ ok = 0; critical = 1; warning = 2 }[$status]
        Status   = $status
        Text     = "$text`n$place"
        Checks   = $checks
        Metrics  = $samples
    }
}
