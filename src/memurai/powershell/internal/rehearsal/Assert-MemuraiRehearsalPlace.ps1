function Assert-MemuraiRehearsalPlace {
    <#
    .SYNOPSIS
        Fails on what would make a rehearsal impossible, and says nothing about the backup.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Rehearsal
    )

    Assert-MemuraiBackupName -Folder $Rehearsal.Folder -Name $Rehearsal.Name
    foreach ($program in $Rehearsal.Program, $Rehearsal.Check, $Rehearsal.Cli) {
        if ((Get-WinPathKind -Path $program) -ne 'File') {
            throw "Expected the program '$program', found no such file. Install it, or correct the path."
        }
    }
    Assert-MemuraiTrialPort -Port $Rehearsal.Port
    Assert-MemuraiEmptyPlace -Path $Rehearsal.Scratch
    $dump = [IO.Path]::Combine($Rehearsal.Folder, $Rehearsal.Name, 'dump.rdb')
    if ((Get-WinPathKind -Path $dump) -eq 'File') {
        $size = [IO.FileInfo]::new($dump).Length
        Assert-MemuraiFreeSpace -Path $Rehearsal.Scratch -Bytes $size -Hint 'The snapshot is copied there; make room.'
    }
}
