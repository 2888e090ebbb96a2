function Read-MemuraiBackupSetting {
    <#
    .SYNOPSIS
        Returns the settings of a backup job.

    .PARAMETER Path
        Full path of backup.json.

    .OUTPUTS
        [hashtable] with the settings by name, and with Server (parameters of Invoke-MemuraiCommand besides the
        command), Data and Folder (full paths of the folders of the data and of the backups).

    .EXAMPLE
        Read-MemuraiBackupSetting -Path C:\ProgramData\Memurai\jobs\backup.json
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $kinds = @{
        CliPath = 'text'; CheckPath = 'text'; ProgramPath = 'text'; Address = 'text'; Port = 'integer'; User = 'text'
        TlsCaFile = 'text'; TlsCertFile = 'text'; TlsKeyFile = 'text'; SecretPath = 'text'; ConfigurationPath = 'text'
        DataFolder = 'text'; SnapshotName = 'text'; AppendOnlyFolder = 'text'; BackupFolder = 'text'
        IncludeAppendOnly = 'bool'; KeepDays = 'integer'; KeepAtLeast = 'integer'; KeepAtMost = 'integer'
        CopyTo = 'text?'; Rehearse = 'text'; RehearsalPort = 'integer'; ServiceName = 'text'; MetricsFolder = 'text?'
        EventSource = 'text'
    }
    $found = Read-MemuraiJson -Path $Path -Kind $kinds
    $job = @{}
    foreach ($property in $found.PSObject.Properties) {
        $job[$property.Name] = $property.Value
    }
    $unknown = @($job.get_Keys() | Where-Object -FilterScript { -not $kinds.ContainsKey($_) } | Sort-Object)
    if ($unknown.Length -gt 0) {
        throw "Expected only known settings in '$Path', found $($unknown -join ', '). Deploy again."
    }
    if ($job.Rehearse -notin 'each', 'weekly') {
        throw "Expected Rehearse to be each or weekly in '$Path', found '$($job.Rehearse)'."
    }
    $job.Server = Get-MemuraiJobServer -Settings $found -TimeoutSeconds 60
    $job.Data = Resolve-WinPath -Path $job.DataFolder
    $job.Folder = Resolve-WinPath -Path $job.BackupFolder
    $job.ConfigurationPath = Resolve-WinPath -Path $job.ConfigurationPath
    return $job
}
