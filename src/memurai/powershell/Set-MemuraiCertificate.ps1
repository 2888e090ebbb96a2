function Set-MemuraiCertificate {
    <#
    .SYNOPSIS
        Puts new files of encrypted connections in the place of the present ones, or leaves everything as it was.

    .DESCRIPTION
        The new certificates stand beside the present ones, named <file>.staged; the private key becomes such a file
        only here. The three files are swapped together, and a server that runs with them reads them again. When it
        refuses them, or can't be reached with them, the former ones come back and the server goes on with those.

        The former files stay beside the new ones as <file>.last-known-good until the server has taken the new ones. If
        a run is ended half way, they tell the next one that the server may still run with them.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Its port for encrypted connections.

    .PARAMETER Password
        Password of the running server.

    .PARAMETER User
        Name of an ACL user; not given or empty stands for the default user.

    .PARAMETER TlsCaFile
        Absolute path of the authorities' certificates.

    .PARAMETER TlsCertFile
        Absolute path of the server's certificate.

    .PARAMETER TlsKeyFile
        Absolute path of its private key.

    .PARAMETER CaSha256
        SHA-256 that the staged authorities' certificates must have, in hexadecimal digits.

    .PARAMETER CertSha256
        Likewise of the certificate.

    .PARAMETER KeyContent
        The whole text of the new private key.

    .PARAMETER ServiceName
        Name of the service. It is restarted only when the server, after it took the new files, can't be reached any
        more to be given the former ones back.

    .PARAMETER ReloadCommand
        Whole command line, quoted as memurai-cli reads it, by which the running server reads the files again: one
        CONFIG SET. Not given, no server runs with them.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of such a restart.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the certificate.
        Reloaded: whether a running server took the new files.

    .EXAMPLE
        Set-MemuraiCertificate @server @digests -ServiceName Memurai -ReloadCommand $command
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [securestring]$Password,
        [string]$User,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$TlsCaFile,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$TlsCertFile,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$TlsKeyFile,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$CaSha256,
        [Parameter(Mandatory = $true)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$CertSha256,
        [Parameter(Mandatory = $true)][securestring]$KeyContent,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$ServiceName,
        [securestring]$ReloadCommand,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 300
    )

    $sources = @(
        @{ Name = 'TlsCaFile'; Path = $TlsCaFile; Sha256 = $CaSha256 }
        @{ Name = 'TlsCertFile'; Path = $TlsCertFile; Sha256 = $CertSha256 }
        @{ Name = 'TlsKeyFile'; Path = $TlsKeyFile; Sha256 = '' }
    )
    $files = foreach ($source in $sources) {
        $path = Resolve-WinPath -Path $source.Path
        @{
            Name = $source.Name; Path = $path; Sha256 = $source.Sha256.ToLowerInvariant()
            Staged = "$path.staged"; Kept = "$path.last-known-good"
        }
    }
    $server = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User; TimeoutSeconds = 5
    }
    $change = @{
        Files = @($files); KeyContent = $KeyContent
        New = $server; Former = $server; ServiceName = $ServiceName; Command = $ReloadCommand
        IsServerChanged = $false; Unsaved = ''; TimeoutSeconds = $TimeoutSeconds
    }
    if ($PSCmdlet.ShouldProcess($TlsCertFile, 'Set certificate')) {
        Invoke-MemuraiCertificateChange -Change $change
    }
    return [pscustomobject]@{ Path = $change.Files[1].Path; Reloaded = $change.IsServerChanged }
}
