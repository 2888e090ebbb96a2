function Get-MemuraiJobServer {
    <#
    .SYNOPSIS
        Returns the parameters of Invoke-MemuraiCommand besides the command, as the settings of a job have them.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $server = ConvertTo-MemuraiServer -Server $Settings -TimeoutSeconds $TimeoutSeconds
    $secret = Resolve-WinPath -Path $Settings.SecretPath
    if ((Get-WinPathKind -Path $secret) -eq 'File') {
        # Not through a pipeline or a cmdlet: their arguments may reach the log of PowerShell's modules.
        $line = [IO.File]::ReadAllText($secret).TrimEnd([char[]]"`r`n")
        $server.Password = [Net.NetworkCredential]::new('', $line).SecurePassword
    }
    return $server
}
