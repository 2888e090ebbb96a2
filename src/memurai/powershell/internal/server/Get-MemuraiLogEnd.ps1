function Get-MemuraiLogEnd {
    <#
    .SYNOPSIS
        Returns the last lines of a log file, without secrets, as the end of an error; nothing of no file.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Path,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowNull()][securestring[]]$Secrets
    )

    if ($Path.Length -eq 0) {
        return ''
    }
    $full = Resolve-WinPath -Path $Path
    if ((Get-WinPathKind -Path $full) -ne 'File') {
        return "; log: (there is no $full)"
    }
    try {
        $stream = [IO.FileStream]::new($full, 'Open', 'Read', 'ReadWrite, Delete')
        try {
            $null = $stream.Seek([Math]::Max([long]0, $stream.Length - 65536), [IO.SeekOrigin]::Begin)
            $text = [IO.StreamReader]::new($stream, [Text.Encoding]::UTF8).ReadToEnd()
        }
        finally {
            $stream.Dispose()
        }
    }
    catch {
        # What is told has a reason of its own, which counts more.
        return "; log: could not be read: $($_.Exception.GetBaseException().Message)"
    }
    # Made safe first: what goes through a pipeline may reach the log of PowerShell's modules.
    $safe = ConvertTo-MemuraiSafeText -Source @{ Text = $text } -Secrets $Secrets
    return "; log:`n$(@($safe -split '[\r\n]+' -ne '' | Select-Object -Last 20) -join "`n")"
}
