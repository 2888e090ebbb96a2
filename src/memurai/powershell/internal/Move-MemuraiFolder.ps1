function Move-MemuraiFolder {
    <#
    .SYNOPSIS
        Gives a folder another name on the same volume.

    .PARAMETER Path
        Full path of the folder.

    .PARAMETER Destination
        Full path of the new place, where nothing is.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Move-MemuraiFolder -Path "$final.partial" -Destination $final
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($PSCmdlet.ShouldProcess($Destination, "Move $Path")) {
        try {
            [IO.Directory]::Move($Path, $Destination)
            return
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            # A virus scanner may have a new file in it open for a moment.
            if ($watch.Elapsed.TotalSeconds -ge 5) {
                throw
            }
            Start-Sleep -Milliseconds 250
        }
    }
}
