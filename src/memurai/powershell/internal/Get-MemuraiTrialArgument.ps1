function Get-MemuraiTrialArgument {
    <#
    .SYNOPSIS
        Returns the arguments of memurai.exe for a trial: the staged file, and what overrides it.

    .DESCRIPTION
        The server reads its command line after the file. With these overrides it shares neither port, address, folder,
        log file nor process id file with the running server, and writes no data.

        A primary must not be asked for its data. The override 'replicaof no one' is no way out: Redis 7.0 then asks
        that port of this very host (seen in 7.0.15). So the trial is a replica of itself, which never gets in sync.

        A server for encrypted connections is tried with such a port, so that it reads its certificates. The other port
        would be the running server's, so there is none.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Address
        Address of the trial.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiTrialArgument -Change $change -Address 127.0.0.1
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [string]$Address
    )

    $port = "$($Change.ScratchPort)"
    # Inside double quotes, which the server puts around an argument for itself, a backslash may be an escape.
    $folder = $Change.Scratch.Replace('\', '/')
    $Change.Staged
    '--bind', $Address, '--dir', $folder, '--logfile', '', '--pidfile', ''
    '--appendonly', 'no', '--save', ''
    $names = @(Get-MemuraiDirectiveName -Path $Change.Staged)
    if ($Change.New.TlsCaFile.Length -gt 0) {
        '--port', '0', '--tls-port', $port
    }
    else {
        '--port', $port
        if ('tls-port' -in $names) {
            '--tls-port', '0'
        }
    }
    if ('replicaof' -in $names -or 'slaveof' -in $names) {
        '--replicaof', $Address, $port, '--replica-serve-stale-data', 'yes'
    }
}
