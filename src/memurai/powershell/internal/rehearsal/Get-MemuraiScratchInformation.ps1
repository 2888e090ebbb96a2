function Get-MemuraiScratchInformation {
    <#
    .SYNOPSIS
        Starts a server on the snapshot in the scratch folder, and returns what INFO says once it is loaded.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Rehearsal
    )

    # Only this rehearsal knows the password: the server holds all data of the one that was backed up.
    $password = [Guid]::NewGuid().ToString('N')
    $configuration = [IO.Path]::Combine($Rehearsal.Scratch, 'rehearsal.conf')
    $lines = @(
        'bind 127.0.0.1', "port $($Rehearsal.Port)", "dir `"$($Rehearsal.Scratch.Replace('\', '/'))`""
        'dbfilename dump.rdb'
        # More databases than any server has: one that is missing is a snapshot that does not load.
        'save ""', 'appendonly no', 'logfile ""', 'databases 16384', "requirepass $password"
    )
    [IO.File]::WriteAllText($configuration, "$($lines -join "`r`n")`r`n", [Text.UTF8Encoding]::new($false))
    $server = @{ CliPath = $Rehearsal.Cli; Address = '127.0.0.1'; Port = $Rehearsal.Port; TimeoutSeconds = 5 }
    $server.Password = [Net.NetworkCredential]::new('', $password).SecurePassword
    $Rehearsal.IsVerdict = $false
    $limit = @{ TimeoutSeconds = $Rehearsal.TimeoutSeconds }
    $trial = Invoke-MemuraiTrial -Program $Rehearsal.Program -Arguments $configuration -Server $server @limit
    if ($trial.Reason -ne '') {
        $told = ConvertTo-MemuraiLastLine -Text $trial.Output
        # What the server says of data that it can't read; it says RDB of data that it has no memory for, too.
        $Rehearsal.IsVerdict = $told -match '\b(RDB|checksum|bad file format)\b' -and $told -notmatch '\bOOM\b'
        throw "Expected the scratch server to load it, found that $($trial.Reason): $told"
    }
    return $trial.Information
}
