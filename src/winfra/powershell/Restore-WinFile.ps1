function Restore-WinFile {
    <#
    .SYNOPSIS
        Brings back what a file was before it was written (Write-WinFile), also where that was ended half way.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Path
        Absolute path of the file.

    .PARAMETER Copy
        Absolute path of the copy that was kept of it, which stays; where there is none any more, the file is left as
        it is. Not given, there was no file before.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the file.
        Restored: whether the file was changed or removed now.

    .EXAMPLE
        Restore-WinFile -Path C:\ProgramData\Memurai\config\users.acl -Copy C:\ProgramData\Memurai\config\users.acl.kept
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [string]$Copy
    )

    $full = Resolve-WinPath -Path $Path
    $new = "$full.new"
    $result = [pscustomobject]@{ Path = $full; Restored = $false }
    if (-not $PSCmdlet.ShouldProcess($full, 'Bring back')) {
        return $result
    }
    $null = Invoke-WinRetry -Action { Remove-WinItem -Path $new }
    if ($Copy.Length -eq 0) {
        $result.Restored = Invoke-WinRetry -Action { (Remove-WinItem -Path $full).Removed }
        return $result
    }
    $kept = Resolve-WinPath -Path $Copy
    $isAbsent = (Get-WinPathKind -Path $full) -eq 'Absent'
    if ((Get-WinPathKind -Path $kept) -ne 'File' -or
        (-not $isAbsent -and (Get-WinFileHash -Path $full) -ceq (Get-WinFileHash -Path $kept))) {
        return $result
    }
    $null = Copy-WinFile -Path $kept -Destination $new
    Move-WinFile -Path $new -Destination $full
    $result.Restored = $true
    return $result
}
