function Assert-MemuraiFreshFile {
    <#
    .SYNOPSIS
        Fails when a snapshot was written before a time.

    .PARAMETER Path
        Full path of the snapshot.

    .PARAMETER Time
        The time in UTC.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiFreshFile -Path C:\ProgramData\Memurai\data\dump.rdb -Time $snapshot.Taken
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [datetime]$Time
    )

    $written = [IO.File]::GetLastWriteTimeUtc($Path)
    # A second less: the time of a file may be rounded.
    if ($written -lt $Time.AddSeconds(-1)) {
        $found = ConvertTo-WinTimeText -Time $written
        throw ("Expected the snapshot of $(ConvertTo-WinTimeText -Time $Time) in '$Path', found one of $found. Does " +
            'the server write elsewhere?')
    }
}
