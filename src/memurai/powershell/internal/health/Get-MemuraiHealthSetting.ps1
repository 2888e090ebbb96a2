function Get-MemuraiHealthSetting {
    <#
    .SYNOPSIS
        Returns the settings of the health check.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    $names = @(
        'CliPath', 'Address', 'Port', 'User', 'TlsCaFile', 'TlsCertFile', 'TlsKeyFile', 'SecretPath', 'ServiceName'
        'DataFolder', 'BackupFolder', 'MetricsFolder', 'EventSource', 'StatePath', 'ChangeFolders', 'UndoModule'
        'Fields', 'ReplicaFields', 'Checks', 'Metrics'
    )
    $settings = Read-MemuraiJsonFile -Path $Path -Name $names
    if ($null -eq $settings) {
        throw "Expected the settings of the health check at '$Path', found no such file. Deploy, or correct the path."
    }
    return $settings
}
