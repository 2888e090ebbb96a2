function Get-MemuraiScratchInformation {
    <#
    .SYNOPSIS
        Starts a server on the snapshot in the scratch folder, and returns what INFO says once it is loaded.

    .PARAMETER Rehearsal
        The table of Test-MemuraiBackup.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Get-MemuraiScratchInformation -Rehearsal $rehearsal
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Rehearsal
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
    $info = @{}
    $trial = Start-MemuraiTrial -Program $Rehearsal.Program -Arguments $configuration
    try {
        $wait = @{ Process = $trial.Process; Server = $server; TimeoutSeconds = $Rehearsal.TimeoutSeconds }
        $reason = Wait-MemuraiTrial @wait
        if ([string]::IsNullOrEmpty($reason)) {
            $info = Get-MemuraiInformation -Server $server
        }
    }
    finally {
        Stop-MemuraiTrial -Trial $trial
    }
    if (-not [string]::IsNullOrEmpty($reason)) {
        $told = ConvertTo-MemuraiLastLine -Text (Read-MemuraiTrialOutput -Trial $trial)
        throw "Expected the scratch server to load it, found that ${reason}: $told"
    }
    return $info
}
