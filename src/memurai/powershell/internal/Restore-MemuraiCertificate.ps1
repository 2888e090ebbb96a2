function Restore-MemuraiCertificate {
    <#
    .SYNOPSIS
        Puts the former files back, also in the running server, and returns what came of that in a sentence.

    .PARAMETER Change
        The table of Set-MemuraiCertificate.

    .OUTPUTS
        [string]

    .EXAMPLE
        Restore-MemuraiCertificate -Change $change
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    try {
        foreach ($file in $Change.Files) {
            $isKept = (Get-WinPathKind -Path $file.Kept) -eq 'File'
            if ((Get-WinPathKind -Path $file.Staged) -eq 'Absent') {
                # The new one goes back to where it was staged: it may be what the server answers to now.
                Move-MemuraiFile -Path $file.Path -Destination $file.Staged
            }
            if ($isKept) {
                Move-MemuraiFile -Path $file.Kept -Destination $file.Path
            }
        }
        if (-not $Change.IsServerChanged) {
            return 'The former files are back; correct the certificates and run again.'
        }
        foreach ($set in 'Staged', 'Present') {
            $server = Get-MemuraiCertificateServer -Change $Change -Set $set
            $run = Invoke-MemuraiProgram @server -Arguments PING
            if (-not $run.TimedOut -and $run.Output.Trim() -ceq 'PONG') {
                $command = @{ Command = $Change.Command; What = 'read its former certificates' }
                Invoke-MemuraiLiveCommand -Change $Change -Server $server @command
                return 'The former files are back, also in the running server; correct the certificates and run again.'
            }
        }
        if ($Change.Unsaved -in 'memory', 'append-only file') {
            return ('The former files are back, but the server could not be reached any more, and it was not ' +
                'restarted with them: what it holds in memory is not in its snapshot or append-only file. Restart ' +
                'the service when it has written that; correct the certificates and run again.')
        }
        $server = Get-MemuraiCertificateServer -Change $Change -Set Present
        Restart-MemuraiServer -Change $Change -Server $server -Expected @{}
        return ('The former files are back, and the server was restarted with them, because it could not be reached ' +
            'any more; correct the certificates and run again.')
    }
    catch {
        return "Nor could everything be taken back: $($_.Exception.GetBaseException().Message)"
    }
}
