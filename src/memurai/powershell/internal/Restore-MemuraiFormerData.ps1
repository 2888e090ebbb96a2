function Restore-MemuraiFormerData {
    <#
    .SYNOPSIS
        Puts the data back that a restore put aside, and returns where what did not load is kept.

    .PARAMETER Restore
        The table of Restore-MemuraiBackup.

    .OUTPUTS
        [string], a sentence; nothing when nothing had been put in its place.

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
    # Not if anything went wrong: the service would start without its data.
    $null = Set-WinService -Name $name -StartType $Restore.StartType
    $Restore.IsDisabled = $false
    return $kept
}
