function Read-WinChangeHolder {
    <#
    .SYNOPSIS
        Returns what the holder of a lock, or the last one, wrote into it of itself; nothing where it can't be read.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    try {
        $stream = [IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
        try {
            return ConvertFrom-Json -InputObject ([IO.StreamReader]::new($stream).ReadToEnd())
        }
        finally {
            $stream.Dispose()
        }
    }
    catch {
        # Nobody has held it yet, it is being written, or a scanner has it: whoever asks looks again or does without.
        return
    }
}
