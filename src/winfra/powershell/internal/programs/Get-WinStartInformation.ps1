function Get-WinStartInformation {
    <#
    .SYNOPSIS
        Returns how a native program is to be started: without a window, with its three streams redirected.
    #>
    [CmdletBinding()]
    [OutputType([Diagnostics.ProcessStartInfo])]
    param(
        [Parameter(Mandatory = $true)][string]$FilePath,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$ArgumentText,
        [Parameter(Mandatory = $true)][hashtable]$Environment
    )

    if (-not [IO.File]::Exists($FilePath)) {
        throw "Expected the program '$FilePath', found no such file. Install it, or correct the path."
    }
    $start = [Diagnostics.ProcessStartInfo]::new($FilePath, $ArgumentText)
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [Text.UTF8Encoding]::new($false)
    $start.StandardErrorEncoding = [Text.UTF8Encoding]::new($false)
    foreach ($name in $Environment.get_Keys()) {
        $start.EnvironmentVariables.Remove($name)
        if ($null -ne $Environment[$name]) {
            $start.EnvironmentVariables.Add($name, $Environment[$name])
        }
    }
    return $start
}
