function Remove-MemuraiHistoryEntry {
    <#
    .SYNOPSIS
        Removes the oldest earlier configurations beyond a number.

    .PARAMETER Folder
        Full path of their folder, which may be missing.

    .PARAMETER Keep
        How many stay.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Remove-MemuraiHistoryEntry -Folder C:\ProgramData\Memurai\config\history -Keep 10
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [int]$Keep
    )

    foreach ($file in @(Get-MemuraiHistoryFile -Folder $Folder | Select-Object -Skip $Keep)) {
        if ($PSCmdlet.ShouldProcess($file, 'Remove')) {
            [IO.File]::Delete($file)
        }
    }
}
