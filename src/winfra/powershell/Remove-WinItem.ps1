function Remove-WinItem {
    <#
    .SYNOPSIS
        Removes a file or a directory, if it is there.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Path
        Absolute path. Drive roots and the folders that Windows itself needs are refused.

    .PARAMETER Recurse
        Whether a directory goes with what it holds. A link in it goes, what the link points at stays.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Removed: whether something was removed now.

    .EXAMPLE
        Remove-WinItem -Path C:\Windows\Temp\memurai-stage -Recurse $true
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [bool]$Recurse = $false
    )

    $full = Resolve-WinPath -Path $Path
    if ($full -eq [IO.Path]::GetPathRoot($full) -or $full -in (Get-WinProtectedFolder).Paths) {
        throw "Expected a path that Windows can do without, found '$full'. It is refused; give the folder inside it."
    }
    $kind = Get-WinPathKind -Path $full
    $removed = $false
    if ($kind -ne 'Absent' -and $PSCmdlet.ShouldProcess($full, "Remove $kind")) {
        if ($kind -eq 'Directory' -and -not $Recurse -and
            @([IO.Directory]::GetFileSystemEntries($full)).Length -gt 0) {
            throw "Expected an empty directory at '$full', found entries in it. Ask for Recurse to remove them too."
        }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ((Get-WinPathKind -Path $full) -ne 'Absent') {
            try {
                Remove-WinEntry -Path $full
            }
            catch [IO.IOException], [UnauthorizedAccessException] {
                # A virus scanner or a backup may have a file open for a moment.
                if ($watch.Elapsed.TotalSeconds -ge 5) {
                    throw
                }
                Start-Sleep -Milliseconds 250
            }
        }
        $removed = $true
    }
    return [pscustomobject]@{ Path = $full; Removed = $removed }
}
