function Invoke-MemuraiProgram {
    <#
    .SYNOPSIS
        Runs memurai-cli against a server and returns what it answered.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$CliPath,
        [Parameter(Mandatory = $true)][string]$Address,
        [Parameter(Mandatory = $true)][int]$Port,
        [AllowEmptyString()][string[]]$Arguments = @(),
        [AllowNull()][securestring]$SecretCommand,
        [AllowNull()][securestring]$Password,
        [string]$User = '',
        [string]$TlsCaFile = '',
        [string]$TlsCertFile = '',
        [string]$TlsKeyFile = '',
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $words = @('-e', '-h', $Address, '-p', "$Port", '--no-auth-warning')
    if ($User.Length -gt 0) {
        $words += '--user', $User
    }
    if ($TlsCaFile.Length -gt 0) {
        $words += '--tls', '--cacert', $TlsCaFile
        if ($TlsCertFile.Length -gt 0) {
            $words += '--cert', $TlsCertFile, '--key', $TlsKeyFile
        }
    }
    # Null takes a password away that the session itself may have.
    $environment = @{ REDISCLI_AUTH = $null }
    # An empty one would be sent too, and be refused.
    if ($null -ne $Password -and $Password.Length -gt 0) {
        $environment.REDISCLI_AUTH = [Net.NetworkCredential]::new('', $Password).Password
    }
    $run = @{
        FilePath       = Resolve-WinPath -Path $CliPath
        ArgumentText   = ConvertTo-WinArgumentText -Arguments ($words + $Arguments)
        Environment    = $environment
        InputText      = $SecretCommand
        TimeoutSeconds = $TimeoutSeconds
    }
    return Invoke-WinProgram @run
}
