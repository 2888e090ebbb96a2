function Write-WinChangeText {
    <#
    .SYNOPSIS
        Appends text to an open file without a buffer and returns when the disk has it; else the file is as before.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [IO.FileStream]$Stream,

        [Parameter(Mandatory = $true)]
        [string]$Text
    )

    $bytes = [Text.Encoding]::UTF8.GetBytes($Text)
    $size = $Stream.Length
    try {
        $Stream.Write($bytes, 0, $bytes.Length)
        $Stream.Flush($true)
    }
    catch {
        # A commit that was not waited for must not be found later, when its change has been undone.
        $Stream.SetLength($size)
        throw
    }
}
