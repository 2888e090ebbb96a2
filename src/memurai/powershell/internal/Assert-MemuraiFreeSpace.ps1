function Assert-MemuraiFreeSpace {
    <#
    .SYNOPSIS
        Fails when the volume of a folder has not more free space than a number of bytes.

    .PARAMETER Path
        Full path of the folder, on a drive of the host.

    .PARAMETER Bytes
        The number of bytes.

    .PARAMETER Hint
        What to say after the numbers.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiFreeSpace -Path C:\Backups\Redis -Bytes 1048576 -Hint 'Make room.'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [long]$Bytes,

        [Parameter(Mandatory = $true)]
        [string]$Hint
    )

    $free = [IO.DriveInfo]::new([IO.Path]::GetPathRoot($Path)).AvailableFreeSpace
    if ($free -le $Bytes) {
        throw "Expected more than $Bytes bytes free for '$Path', found $free. $Hint"
    }
}
