function Invoke-MemuraiBackupRun {
    <#
    .SYNOPSIS
        Goes through the steps of Invoke-MemuraiBackup once the lock is held.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Run
        The table of Invoke-MemuraiBackup.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiBackupRun -Job $job -Run $run
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [hashtable]$Run
    )

    Clear-MemuraiPartialBackup -Folder $Job.Folder
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
