function Restore-MemuraiFormerData {
    <#
    .SYNOPSIS
        Puts the data back that a restore put aside, starts its server, and returns what came of that.

    .DESCRIPTION
        After a restore that was interrupted this is not the server's data: then the service stays Disabled and
        is not started.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        [string], a sentence, and a second one when something had been put in its place.

    .EXAMPLE
        Restore-MemuraiFormerData -Restore $restore
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Restore
    )

    $name = $Restore.ServiceName
    if (-not $PSCmdlet.ShouldProcess($name, 'Put the former data back')) {
        return
    }
    $limit = @{ TimeoutSeconds = $Restore.TimeoutSeconds }
    Save-MemuraiReadyServer -Server $Restore.Server @limit
    # Windows' recovery would start the server in the middle of this.
    $Restore.IsDisabled = $true
    $null = Set-WinService -Name $name -StartType Disabled
    $null = Stop-WinService -Name $name @limit
    $kept = $null
    if ($Restore.IsAside) {
        # Not what was put there alone: the server may have begun an append-only file, and clients may have written.
        $failed = "$($Restore.Aside)-failed"
        Move-MemuraiData -Path $Restore.Data -Destination $failed -Name $Restore.DataNames
        $kept = " What did not load is in '$failed'."
    }
    if ((Get-WinPathKind -Path $Restore.Aside) -eq 'Directory') {
        Move-MemuraiData -Path $Restore.Aside -Destination $Restore.Data -Name $Restore.DataNames
        $null = Remove-WinItem -Path $Restore.Aside
    }
    if ($Restore.WasInterrupted) {
        return ("The service '$name' stays Disabled: an earlier restore was interrupted, and what the server had " +
            "before that is in that one's folder aside. Correct this and restore again.$kept")
    }
    # Not if anything went wrong: the service would start without its data.
    $null = Set-WinService -Name $name -StartType $Restore.StartType
    $Restore.IsDisabled = $false
    $null = Start-MemuraiRestoredServer -Restore $Restore -Expected @{}
    return "The former data is in its place again, and its server answers.$kept"
}
