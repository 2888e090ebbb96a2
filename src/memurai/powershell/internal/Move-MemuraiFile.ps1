function Move-MemuraiFile {
    <#
    .SYNOPSIS
        Puts a file in the place of another one, whose access list stays, or at a place where nothing is.

    .PARAMETER Path
        Full path of the file; it is gone afterwards.

    .PARAMETER Destination
        Full path of the place, in the same folder.

    .PARAMETER Backup
        Full path at which the replaced file is kept. Renamed, it needs no room on a full disk. Not given, it goes; it
        goes too when a file is there already, which a run kept that was ended half way, and which stays.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Move-MemuraiFile -Path $staged -Destination $live -Backup "$live.last-known-good"
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination,

        [string]$Backup
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($PSCmdlet.ShouldProcess($Destination, "Replace by $Path")) {
        try {
            if ((Get-WinPathKind -Path $Destination) -eq 'Absent') {
                [IO.File]::Move($Path, $Destination)
            }
            elseif ($PSBoundParameters.ContainsKey('Backup') -and (Get-WinPathKind -Path $Backup) -eq 'Absent') {
                [IO.File]::Replace($Path, $Destination, $Backup)
            }
            else {
                # A plain $null would arrive as an empty backup name, which is not a legal path.
                [IO.File]::Replace($Path, $Destination, [NullString]::Value)
            }
            return
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            # A virus scanner or a backup may have a file open for a moment.
            if ($watch.Elapsed.TotalSeconds -ge 5) {
                throw
            }
            Start-Sleep -Milliseconds 250
        }
    }
}
