function New-MemuraiStage {
    <#
    .SYNOPSIS
        Writes the new configuration beside the present one, where it is tried; fails when there is no room for a trial.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration; IsScratchOurs becomes true, Sha256 that of the new configuration.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        New-MemuraiStage -Change $change
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    if ($Change.EnableAppendOnly -and $null -eq $Change.AppendOnlyCommand) {
        throw 'Expected AppendOnlyCommand with EnableAppendOnly, found none. Give the command.'
    }
    Assert-MemuraiEmptyPlace -Path $Change.Scratch
    if ($PSCmdlet.ShouldProcess($Change.Staged, 'Write the new configuration')) {
        $Change.IsScratchOurs = $true
        $Change.Sha256 = Write-MemuraiSecret -Path $Change.Staged -Content $Change.Content
    }
}
