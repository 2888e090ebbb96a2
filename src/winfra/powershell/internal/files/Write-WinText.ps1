function Write-WinText {
    <#
    .SYNOPSIS
        Writes a text in UTF-8 to a file under a temporary name, and puts it in its place once the disk has it.
    #>
    # A text may be a secret: as a parameter of its own it might reach the log of PowerShell's modules.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][hashtable]$Source
    )

    $new = "$Path.new"
    $bytes = [Text.UTF8Encoding]::new($false).GetBytes($Source.Text)
    try {
        $file = Invoke-WinRetry -Action { [IO.FileStream]::new($new, 'Create', 'Write', 'None') }
        try {
            $file.Write($bytes, 0, $bytes.Length)
            $file.Flush($true)
        }
        finally {
            $file.Dispose()
        }
        Move-WinFile -Path $new -Destination $Path
    }
    catch {
        $null = Remove-WinItem -Path $new
        throw
    }
}
