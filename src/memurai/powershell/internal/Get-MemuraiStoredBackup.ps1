function Get-MemuraiStoredBackup {
    <#
    .SYNOPSIS
        Returns the backups in a folder that can be read, and what is wrong with them and with the others.

    .DESCRIPTION
        The newest come first; after them those whose age is not known, because they were taken in the future.

    .PARAMETER Folder
        Full path of the folder, which may be missing.

    .OUTPUTS
        [hashtable] with Backups (Name, Manifest, Taken and Rehearsed as times, the latter null when it is in the
        future, IsAgeKnown, SizeBytes, Rehearsal, and State: passed, failed or none) and Problems.

    .EXAMPLE
        Get-MemuraiStoredBackup -Folder C:\Backups\Redis
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    $now = [datetime]::UtcNow
    $problems = [Collections.Generic.List[string]]::new()
    $backups = @(foreach ($name in @(Get-MemuraiBackupName -Folder $Folder)) {
            $path = [IO.Path]::Combine($Folder, $name)
            try {
                $manifest = Read-MemuraiBackupManifest -Folder $Folder -Name $name
                Assert-MemuraiBackupFile -Path $path -Manifest $manifest
            }
            catch {
                $problems.Add("${name}: $($_.Exception.GetBaseException().Message)")
                continue
            }
            $rehearsal = $null
            try {
                $rehearsal = Read-MemuraiRehearsal -Path $path
            }
            catch {
                $problems.Add("${name}: $($_.Exception.GetBaseException().Message)")
            }
            ConvertTo-MemuraiStoredBackup -Name $name -Manifest $manifest -Rehearsal $rehearsal -Now $now
        })
    foreach ($backup in @($backups | Where-Object -FilterScript { $null -ne $_.ClockProblem })) {
        $problems.Add($backup.ClockProblem)
    }
    $known = @($backups | Where-Object -FilterScript { $_.IsAgeKnown })
    $others = @($backups | Where-Object -FilterScript { -not $_.IsAgeKnown })
    return @{ Backups = @($known + $others); Problems = $problems.ToArray() }
}
