function Remove-MemuraiHistoryEntry {
    <#
    .SYNOPSIS
        Removes the oldest earlier configurations beyond a number. Those that were kept in the future stay.

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

    $now = [datetime]::UtcNow
    $known = @(Get-MemuraiHistoryFile -Folder $Folder | Where-Object -FilterScript {
            -not (Test-MemuraiFutureName -Name ([IO.Path]::GetFileName($_)) -Now $now)
        })
    foreach ($file in @($known | Select-Object -Skip $Keep)) {
        if ($PSCmdlet.ShouldProcess($file, 'Remove')) {
            [IO.File]::Delete($file)
        }
    }
}
