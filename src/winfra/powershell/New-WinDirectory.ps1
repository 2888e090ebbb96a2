function New-WinDirectory {
    <#
    .SYNOPSIS
        Creates a directory and its missing parents.

    .PARAMETER Path
        Absolute path of the directory.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Created: whether it was created now.

    .EXAMPLE
        New-WinDirectory -Path C:\ProgramData\Memurai\data
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path
    )

    $full = Resolve-WinPath -Path $Path
    $kind = Get-WinPathKind -Path $full
    if ($kind -eq 'File') {
        throw "Expected a directory or nothing at '$full', found a file. Remove it or choose another path."
    }
    $created = $false
    if ($kind -eq 'Absent' -and $PSCmdlet.ShouldProcess($full, 'Create directory')) {
        $null = [IO.Directory]::CreateDirectory($full)
        $created = $true
    }
    return [pscustomobject]@{ Path = $full; Created = $created }
}
