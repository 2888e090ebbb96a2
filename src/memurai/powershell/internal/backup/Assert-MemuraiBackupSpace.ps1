function Assert-MemuraiBackupSpace {
    <#
    .SYNOPSIS
        Fails unless there is room for a backup: twice the last snapshot, and the append-only file if it is included.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job
    )

    $needed = [long]0
    $snapshot = [IO.Path]::Combine($Job.Data, $Job.SnapshotName)
    if ((Get-WinPathKind -Path $snapshot) -eq 'File') {
        # The server writes the next one beside it, and then it is copied.
        $needed = 2 * [IO.FileInfo]::new($snapshot).Length
    }
    $appendOnly = [IO.Path]::Combine($Job.Data, $Job.AppendOnlyFolder)
    if ($Job.IncludeAppendOnly -and (Get-WinPathKind -Path $appendOnly) -eq 'Directory') {
        foreach ($file in [IO.DirectoryInfo]::new($appendOnly).GetFiles()) {
            $needed += $file.Length
        }
    }
    $hint = 'That is twice the last snapshot, and the append-only file if it is included. Nothing was written.'
    Assert-MemuraiFreeSpace -Path $Job.Folder -Bytes $needed -Hint $hint
}
