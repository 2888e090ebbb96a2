function Save-MemuraiHealthMetric {
    <#
    .SYNOPSIS
        Writes the metrics of a health check where the exporter collects them, and says so.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings,
        [Parameter(Mandatory = $true)][string]$Text
    )

    if ([string]::IsNullOrEmpty($Settings.MetricsFolder)) {
        return 'Metrics are not written: no folder is set (memurai_monitoring.textfile_folder).'
    }
    $folder = Resolve-WinPath -Path $Settings.MetricsFolder
    if ((Get-WinPathKind -Path $folder) -ne 'Directory') {
        return "Metrics are not written: there is no folder $folder. Install windows_exporter, or correct its path."
    }
    $path = [IO.Path]::Combine($folder, "memurai-health-$($Settings.ServiceName).prom")
    if ($PSCmdlet.ShouldProcess($path, 'Write')) {
        Write-WinText -Path $path -Source @{ Text = $Text }
    }
    return "Metrics: $path"
}
