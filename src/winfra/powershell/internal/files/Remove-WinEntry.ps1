function Remove-WinEntry {
    <#
    .SYNOPSIS
        Removes a file or a directory with all that it holds, also what is read-only; of a link, the link.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)][string]$Path
    )

    if (-not $PSCmdlet.ShouldProcess($Path, 'Remove')) {
        return
    }
    $attributes = [IO.File]::GetAttributes($Path)
    if (($attributes -band [IO.FileAttributes]::ReadOnly) -ne 0) {
        # .NET deletes nothing that is read-only.
        $writable = $attributes -bxor [IO.FileAttributes]::ReadOnly
        [IO.File]::SetAttributes($Path, $writable)
    }
    if (($attributes -band [IO.FileAttributes]::Directory) -eq 0) {
        [IO.File]::Delete($Path)
        return
    }
    if (($attributes -band [IO.FileAttributes]::ReparsePoint) -eq 0) {
        foreach ($entry in [IO.Directory]::GetFileSystemEntries($Path)) {
            Remove-WinEntry -Path $entry
        }
    }
    [IO.Directory]::Delete($Path)
}
