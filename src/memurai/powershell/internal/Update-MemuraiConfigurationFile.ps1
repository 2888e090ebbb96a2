function Update-MemuraiConfigurationFile {
    <#
    .SYNOPSIS
        Keeps the present configuration, changes the running server if one runs, and swaps the file: all or nothing.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER IsRunning
        Whether the service runs.

    .OUTPUTS
        [string], the path of the kept configuration; empty when there was none.

    .EXAMPLE
        Update-MemuraiConfigurationFile -Change $change -IsRunning $true
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [bool]$IsRunning
    )

    if (-not $PSCmdlet.ShouldProcess($Change.Target, 'Replace configuration')) {
        return
    }
    $entry = @{ Path = $null; Created = $false }
    try {
        # First what needs room on the disk: after the server has taken the new values, the swap only renames.
        $entry = Add-MemuraiHistoryEntry -Change $Change
        if ($IsRunning) {
            Update-MemuraiRunningServer -Change $Change
        }
        Move-MemuraiFile -Path $Change.Staged -Destination $Change.Target -Backup $Change.Backup
    }
    catch {
        $reason = $_.Exception.GetBaseException().Message
        throw "$reason $(Clear-MemuraiChange -Change $Change -Entry $entry)"
    }
    return $entry.Path
}
