function Remove-MemuraiFile {
    <#
    .SYNOPSIS
        Removes files and folders that a change needed for a time.

    .PARAMETER Path
        Full paths; one where nothing is, is no error.

    .PARAMETER Failure
        Message of the error that ended the change, empty when there was none. An error here comes after it.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Remove-MemuraiFile -Path $staged -Failure ''
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Path,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Failure
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    foreach ($item in $Path) {
        while ($PSCmdlet.ShouldProcess($item, 'Remove')) {
            try {
                $null = Remove-WinItem -Path $item -Recurse $true
                break
            }
            catch {
                # A virus scanner or a backup may have a file open for a moment.
                if ($watch.Elapsed.TotalSeconds -ge 10) {
                    $text = $_.Exception.GetBaseException().Message
                    throw "$Failure Expected to remove '$item', found: $text Remove it by hand.".Trim()
                }
                Start-Sleep -Milliseconds 250
            }
        }
    }
}
