function Move-WinFile {
    <#
    .SYNOPSIS
        Puts a file in the place of another one of its folder, whose access list stays, or where nothing is.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][string]$Destination
    )

    if ($PSCmdlet.ShouldProcess($Destination, "Replace by $Path")) {
        Invoke-WinRetry -Action {
            if ((Get-WinPathKind -Path $Destination) -eq 'Absent') {
                [IO.File]::Move($Path, $Destination)
            }
            else {
                # A plain $null would arrive as an empty backup name, which is not a legal path.
                [IO.File]::Replace($Path, $Destination, [NullString]::Value)
            }
        }
    }
}
