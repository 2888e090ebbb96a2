function Stop-MemuraiHungServer {
    <#
    .SYNOPSIS
        Stops a service on a way back and disables it: its server saves first if it answers, and is ended if it hangs.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER ServiceName
        Name of the service. Nothing starts it again until it gets another start type.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each: to save, and to stop by itself.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        Ended: whether its process had to be ended.

    .EXAMPLE
        Stop-MemuraiHungServer -ServiceName Memurai -Server $server
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [Parameter(Mandatory = $true)][psobject]$Server,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds 5
    if ((Get-WinService -Name $ServiceName).State -eq 'Running' -and
        $PSCmdlet.ShouldProcess($ServiceName, 'Save, stop and disable')) {
        try {
            if ((Get-MemuraiUnfitness -Server $reached).Length -eq 0) {
                $null = Save-MemuraiData -Server $reached -TimeoutSeconds $TimeoutSeconds
            }
        }
        catch {
            # The way back has a reason of its own to tell, and goes on.
            Write-Verbose -Message "Not saved: $($_.Exception.GetBaseException().Message)"
        }
    }
    return Stop-WinHungService -Name $ServiceName -Disable $true -TimeoutSeconds $TimeoutSeconds
}
