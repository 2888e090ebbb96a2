function Invoke-MemuraiBackupRun {
    <#
    .SYNOPSIS
        Goes through the steps of Invoke-MemuraiBackup once the lock is held.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][hashtable]$Run
    )

    # What runs left that were ended half way: folders, and the scratch server of a rehearsal.
    foreach ($path in [IO.Directory]::GetDirectories($Job.Folder, '*.partial')) {
        if ([IO.Path]::GetFileName($path) -cnotmatch '^(\d{8}T\d{6}Z|rehearsal)\.partial$') {
            continue
        }
        # A scratch server outlives the PowerShell that started it; its command line names a file in its folder.
        $null = Stop-WinFolderProcess -Folder $path -TimeoutSeconds 10
        $null = Remove-WinItem -Path $path -Recurse $true
    }
    $manifest = Add-MemuraiBackup -Job $Job
    $name = $manifest.Name
    $Run.Backup = $name
    $size = [long]($manifest.Files | Measure-Object -Property SizeBytes -Sum).Sum
    $text = "Backup ${name}: $($manifest.'Keys') keys, $size bytes, $($manifest.DurationSeconds) s."
    $Run.Events += @{ EventId = 1000; EntryType = 'Information'; Message = $text }
    if ($null -ne $Job.CopyTo) {
        try {
            Copy-MemuraiBackup -Job $Job -Manifest $manifest
            $Run.CopyOk = $true
        }
        catch {
            $Run.CopyOk = $false
            $reason = $_.Exception.GetBaseException().Message
            $text = "The copy of $name to '$($Job.CopyTo)' failed: $reason The backup itself is in " +
                "$([IO.Path]::Combine($Job.Folder, $name))."
            Add-MemuraiRunProblem -Run $Run -ExitCode 2 -EventId 1002 -Message $text
        }
    }
    Invoke-MemuraiDueRehearsal -Job $Job -Run $Run
    # After the rehearsal: what has failed it is no good one to keep in the place of an older one.
    Clear-MemuraiOldBackup -Job $Job -Run $Run
}
