function Read-WinChangeLine {
    <#
    .SYNOPSIS
        Returns the entries of a file of such lines as are journals; none when there is no file.
    #>
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [switch]$SkipDamaged
    )

    if (-not [IO.File]::Exists($Path)) {
        return , @()
    }
    $stream = [IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
    try {
        $lines = [IO.StreamReader]::new($stream).ReadToEnd().Split("`n")
    }
    finally {
        $stream.Dispose()
    }
    # What follows the last end of a line was not written to its end.
    $last = $lines.Length - 2
    $entries = [Collections.Generic.List[object]]::new()
    for ($i = 0; $i -le $last; $i++) {
        $digest, $text = $lines[$i].Split([char[]]' ', 2)
        if ($null -ne $text -and $digest -ceq (Get-WinTextHash -Text $text)) {
            $entries.Add((ConvertFrom-Json -InputObject $text))
        }
        # A step runs when its line is on the disk: that of the last damaged line never began.
        elseif ($i -lt $last -and -not $SkipDamaged) {
            throw ("Expected line $($i + 1) of '$Path' as it was written, found it damaged. Nothing was undone, and " +
                'no change begins here. Bring the host back by hand, guided by the lines that can be read, from the ' +
                'last to the first, and remove the file.')
        }
    }
    return , $entries.ToArray()
}
