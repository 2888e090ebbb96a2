function Get-MemuraiLogTail {
    <#
    .SYNOPSIS
        Returns the last lines of the log file that a configuration names, without secrets.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiLogTail -Change $change
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $values = @{ dir = '.'; logfile = '' }
    foreach ($line in [IO.File]::ReadAllLines($Change.Target)) {
        if ($line -match '^\s*(dir|logfile)\s+(?:"([^"]*)"|''([^'']*)''|(\S+))\s*$') {
            $values[$Matches[1]] = [string]$Matches[2] + [string]$Matches[3] + [string]$Matches[4]
        }
    }
    if ([string]::IsNullOrEmpty($values.logfile)) {
        return '(none is configured)'
    }
    $folder = [IO.Path]::Combine([IO.Path]::GetDirectoryName($Change.Program), $values.dir)
    $path = [IO.Path]::GetFullPath([IO.Path]::Combine($folder, $values.logfile))
    if ((Get-WinPathKind -Path $path) -ne 'File') {
        return "(there is no $path)"
    }
    $stream = [IO.FileStream]::new($path, [IO.FileMode]::Open, [IO.FileAccess]::Read, [IO.FileShare]'ReadWrite, Delete')
    try {
        $null = $stream.Seek([Math]::Max(0, $stream.Length - 65536), [IO.SeekOrigin]::Begin)
        $text = [IO.StreamReader]::new($stream, [Text.Encoding]::UTF8).ReadToEnd()
    }
    finally {
        $stream.Dispose()
    }
    # Made safe first: what goes through a pipeline may reach the log of PowerShell's modules.
    $safe = ConvertTo-MemuraiSafeText -Source @{ Text = $text } -Change $Change
    return @($safe -split '[\r\n]+' -ne '' | Select-Object -Last 20) -join "`n"
}
