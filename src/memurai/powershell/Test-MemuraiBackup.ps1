function Test-MemuraiBackup {
    <#
    .SYNOPSIS
        Rehearses the restore of a backup: loads it into a scratch server and compares the number of keys.

    .DESCRIPTION
        First the files are what the manifest says (SHA-256) and the check tools accept them, the append-only file's
        too. Then memurai.exe starts on a copy of the snapshot, on 127.0.0.1, a port and a folder of its own, with a
        password that only this call knows, and writes no data. It needs as much memory as the server itself. Process
        and folder are gone at the end, whatever happens.

        Keys whose lifetime ended are no failure. The server counts those that it passes over while it loads
        (rdb_last_load_keys_expired) and those that it removes afterwards (expired_keys): the keys in all its databases
        and these two must be exactly the keys in the snapshot.

        The result is written to rehearsal.json beside the manifest. What says nothing about the backup (a program
        that is missing, a port that is taken, a disk that is full) is an error, and nothing is written then.

    .PARAMETER BackupFolder
        Absolute path of the folder of the backups.

    .PARAMETER Name
        Name of the backup.

    .PARAMETER ProgramPath
        Absolute path of memurai.exe.

    .PARAMETER CheckPath
        Absolute path of memurai-check-rdb.exe; memurai-check-aof.exe stands beside it.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER RehearsalPort
        A free port for the scratch server.

    .PARAMETER ScratchFolder
        Absolute path of an empty or missing folder for it. It is gone at the end.

    .PARAMETER TimeoutSeconds
        Deadline in seconds for it to load the backup.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the backup.
        Ok: whether it can be restored.
        Reason: why not, null when it can.
        Keys: number of keys that were loaded, null when none were.
        ExpectedKeys: number of keys that had to be loaded, null when the backup does not say.
        DurationMilliseconds: how long it took.

    .EXAMPLE
        Test-MemuraiBackup -BackupFolder C:\Backups\Redis -Name 20260101T020000Z @programs -RehearsalPort 6399 @scratch
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$BackupFolder,
        [Parameter(Mandatory = $true)][ValidatePattern('^\d{8}T\d{6}Z$')][string]$Name,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ProgramPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CheckPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$RehearsalPort,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ScratchFolder,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 600
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $rehearsal = @{
        Folder = Resolve-WinPath -Path $BackupFolder; Name = $Name; Program = Resolve-WinPath -Path $ProgramPath
        Check = Resolve-WinPath -Path $CheckPath; Cli = Resolve-WinPath -Path $CliPath; Port = $RehearsalPort
        Scratch = Resolve-WinPath -Path $ScratchFolder; TimeoutSeconds = $TimeoutSeconds
        Keys = $null; ExpectedKeys = $null; IsVerdict = $true
    }
    Assert-MemuraiRehearsalPlace -Rehearsal $rehearsal
    $reason = $null
    try {
        Invoke-MemuraiRehearsal -Rehearsal $rehearsal
    }
    catch {
        # A server that has no memory or may not run says nothing about the backup.
        if (-not $rehearsal.IsVerdict) {
            throw
        }
        $reason = $_.Exception.GetBaseException().Message
    }
    finally {
        $null = Remove-WinItem -Path $rehearsal.Scratch -Recurse $true
    }
    $record = [pscustomobject]@{
        Ok              = $null -eq $reason
        Reason          = $reason
        Keys            = $rehearsal['Keys']
        RehearsedUtc    = ConvertTo-WinTimeText -Time ([datetime]::UtcNow)
        DurationSeconds = [Math]::Round($watch.Elapsed.TotalSeconds, 3)
    }
    $path = [IO.Path]::Combine($rehearsal.Folder, $Name, 'rehearsal.json')
    Write-WinText -Path $path -Source @{ Text = ConvertTo-Json -InputObject $record }
    return [pscustomobject]@{
        Name                 = $Name
        Ok                   = $record.Ok
        Reason               = $reason
        Keys                 = $rehearsal['Keys']
        ExpectedKeys         = $rehearsal.ExpectedKeys
        DurationMilliseconds = $watch.ElapsedMilliseconds
    }
}
