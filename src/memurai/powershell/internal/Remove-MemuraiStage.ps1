function Remove-MemuraiStage {
    <#
    .SYNOPSIS
        Removes what a change needed for a time: staged files, also those of runs that were ended half way, the scratch
        folder, and the last known good configuration once the new one is proven.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Failure
        Message of the error that ended the change, empty when there was none. An error here comes after it.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Remove-MemuraiStage -Change $change -Failure ''
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Failure
    )

    # Without the lock everything belongs to whoever has it.
    if ($null -eq $Change.Lock -or -not $PSCmdlet.ShouldProcess($Change.Target, 'Remove what was needed for a time')) {
        return
    }
    $paths = @(Get-MemuraiStagedFile -Path $Change.Target)
    # Before that it is the only way back, also for the run after this one.
    if ($Change.IsProven -and (Get-WinPathKind -Path $Change.Backup) -eq 'File') {
        $paths += $Change.Backup
    }
    if ($Change.IsScratchOurs) {
        $paths += $Change.Scratch
    }
    Remove-MemuraiFile -Path $paths -Failure $Failure
}
