function Get-MemuraiJobServer {
    <#
    .SYNOPSIS
        Returns the parameters of Invoke-MemuraiCommand besides the command, as the settings of a job have them.

    .PARAMETER Settings
        Settings of the job: CliPath, Address, Port, User and SecretPath, the path of the file whose one line is the
        user's password; without that file the server asks for none.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of each command.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        Get-MemuraiJobServer -Settings $settings -TimeoutSeconds 10
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [pscustomobject]$Settings,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    $server = @{
        CliPath        = $Settings.CliPath
        Address        = $Settings.Address
        Port           = $Settings.Port
        User           = $Settings.User
        TlsCaFile      = $Settings.TlsCaFile
        TlsCertFile    = $Settings.TlsCertFile
        TlsKeyFile     = $Settings.TlsKeyFile
        TimeoutSeconds = $TimeoutSeconds
    }
    $secret = Resolve-WinPath -Path $Settings.SecretPath
    if ((Get-WinPathKind -Path $secret) -eq 'File') {
        # Not through a pipeline or a cmdlet: their arguments may reach the log of PowerShell's modules.
        $line = [IO.File]::ReadAllText($secret).TrimEnd([char[]]"`r`n")
        $server.Password = [Net.NetworkCredential]::new('', $line).SecurePassword
    }
    return $server
}
