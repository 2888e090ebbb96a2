function Get-MemuraiStoredBackup {
    <#
    .SYNOPSIS
        Returns the backups in a folder that can be read, and what is wrong with them and with the others.
    #>
    # The newest come first; after them those whose age is not known, because they were taken in the future.
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder
    )

    $unread = [Collections.Generic.List[string]]::new()
    $clocks = [Collections.Generic.List[string]]::new()
    $backups = @(foreach ($name in @(Get-MemuraiBackupName -Folder $Folder)) {
            $manifest = $rehearsal = $null
            try {
                $manifest = Read-MemuraiBackupManifest -Folder $Folder -Name $name
                $record = [IO.Path]::Combine($Folder, $name, 'rehearsal.json')
                $found = Read-MemuraiJsonFile -Path $record -Name 'Ok', 'RehearsedUtc', 'DurationSeconds'
                if ($null -ne $found) {
                    $null = ConvertFrom-MemuraiTimeText -Text $found.RehearsedUtc
                    $rehearsal = $found
                }
            }
            catch {
                # The backup job may have taken it away since it was listed, which is no problem.
                if ((Get-WinPathKind -Path ([IO.Path]::Combine($Folder, $name))) -eq 'Directory') {
                    $unread.Add("${name}: $($_.Exception.GetBaseException().Message)")
                }
            }
            if ($null -ne $manifest) {
                ConvertTo-MemuraiStoredBackup -Manifest $manifest -Rehearsal $rehearsal -Problems $clocks
            }
        })
    $known = @($backups | Where-Object -FilterScript { $_.IsAgeKnown })
    $others = @($backups | Where-Object -FilterScript { -not $_.IsAgeKnown })
    return @{ Backups = $known + $others; Unread = $unread.ToArray(); Problems = $unread.ToArray() + $clocks.ToArray() }
}
