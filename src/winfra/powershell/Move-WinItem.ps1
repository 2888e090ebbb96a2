function Move-WinItem {
    <#
    .SYNOPSIS
        Gives a file or folder another name or place on the same volume, where nothing is yet.

    .PARAMETER Path
        Absolute path of the file or folder.

    .PARAMETER Destination
        Absolute path that it gets, its name included. Access lists stay as they are.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path that it had.
        Destination: full path that it has.

    .EXAMPLE
        Move-WinItem -Path C:\ProgramData\Memurai\data\dump.rdb -Destination C:\ProgramData\Memurai\data-aside\dump.rdb
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Destination
    )

    $source = Resolve-WinPath -Path $Path
    $target = Resolve-WinPath -Path $Destination
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($PSCmdlet.ShouldProcess($target, "Move $source")) {
        try {
            if ((Get-WinPathKind -Path $source) -eq 'Directory') {
                [IO.Directory]::Move($source, $target)
            }
            else {
                [IO.File]::Move($source, $target)
            }
            break
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            # A virus scanner or a backup may have a file open for a moment.
            if ($watch.Elapsed.TotalSeconds -ge 5) {
                $reason = $_.Exception.GetBaseException().Message
                throw ("Expected to move '$source' to '$target', found: $reason Both have to be on one volume, and " +
                    'nothing at the second.')
            }
        }
        Start-Sleep -Milliseconds 250
    }
    return [pscustomobject]@{ Path = $source; Destination = $target }
}
