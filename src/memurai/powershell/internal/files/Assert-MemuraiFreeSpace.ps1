function Assert-MemuraiFreeSpace {
    <#
    .SYNOPSIS
        Fails when the volume of a folder has not more free space than a number of bytes.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][long]$Bytes,
        [Parameter(Mandatory = $true)][string]$Hint
    )

    $free = [IO.DriveInfo]::new([IO.Path]::GetPathRoot($Path)).AvailableFreeSpace
    if ($free -le $Bytes) {
        throw "Expected more than $Bytes bytes free for '$Path', found $free. $Hint"
    }
}
