function Copy-WinFile {
    <#
    .SYNOPSIS
        Copies a file; a file at the destination is overwritten.

    .PARAMETER Path
        Absolute path of the file.

    .PARAMETER Destination
        Absolute path of the copy, its name included.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the file.
        Destination: full path of the copy.

    .EXAMPLE
        Copy-WinFile -Path C:\ProgramData\Memurai\memurai.conf -Destination C:\ProgramData\Memurai\memurai.conf.good
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Destination
    )

    $source = Resolve-WinPath -Path $Path
    $target = Resolve-WinPath -Path $Destination
    $kind = Get-WinPathKind -Path $source
    if ($kind -ne 'File') {
        throw "Expected a file to copy at '$source', found: $kind. Correct the path."
    }
    if ((Get-WinPathKind -Path $target) -eq 'Directory') {
        throw "Expected a file or nothing at '$target', found a directory. Give the name of the copy too."
    }
    if ($PSCmdlet.ShouldProcess($target, "Copy $source")) {
        [IO.File]::Copy($source, $target, $true)
    }
    return [pscustomobject]@{ Path = $source; Destination = $target }
}
