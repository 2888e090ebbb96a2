function Invoke-WinRetry {
    <#
    .SYNOPSIS
        Does something with a file, for some seconds again where a virus scanner or a backup may have the file open.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [scriptblock]$Action
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            return & $Action
        }
        catch [IO.IOException], [UnauthorizedAccessException] {
            if ($watch.Elapsed.TotalSeconds -ge 5) {
                throw
            }
        }
        Start-Sleep -Milliseconds 200
    }
}
