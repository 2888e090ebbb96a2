function Set-MemuraiAclFile {
    <#
    .SYNOPSIS
        Puts a new ACL file in the place of the present one, after its running server took the users.

    .DESCRIPTION
        The running server is asked first: what it refuses never gets into the file, with which it could not start
        again. When something fails, it loads the present file again, so that both have the former users.

    .PARAMETER Path
        Path of the ACL file.

    .PARAMETER Content
        The whole text of the new one. Only here it becomes a file, <file>.<8 digits>.staged, which is gone afterwards,
        whatever happens; what a run left that was ended half way goes too.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Address
        Address of the server.

    .PARAMETER Port
        Port of the server.

    .PARAMETER Password
        Password. Not given, memurai-cli does not authenticate.

    .PARAMETER User
        Name of an ACL user. Not given, the password is the default user's.

    .PARAMETER TlsCaFile
        Path of the authorities' certificates on this host. Given, the connection is encrypted.

    .PARAMETER TlsCertFile
        Path of the client's certificate, for a server that asks for one.

    .PARAMETER TlsKeyFile
        Path of its private key.

    .PARAMETER Commands
        Command lines that give the running server the users, one a line. Not given, no server runs on the file, or it
        has them already.

    .PARAMETER ReturnCommand
        Command line by which the server loads the file again. Needed with Commands.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: full path of the file.
        Applied: 'Live' when the running server was changed, else 'File'.

    .EXAMPLE
        Set-MemuraiAclFile -Path $file -Content $text -CliPath $cli -Address ::1 `
            -Port 6379
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][securestring]$Content,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$CliPath,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Address,
        [Parameter(Mandatory = $true)][ValidateRange(1, 65535)][int]$Port,
        [securestring]$Password,
        [string]$User,
        [string]$TlsCaFile,
        [string]$TlsCertFile,
        [string]$TlsKeyFile,
        [securestring]$Commands,
        [securestring]$ReturnCommand
    )

    $target = Resolve-WinPath -Path $Path
    $staged = "$target.$([Guid]::NewGuid().ToString('N').Substring(0, 8)).staged"
    if (-not $PSCmdlet.ShouldProcess($target, 'Replace')) {
        return
    }
    $server = @{
        CliPath = $CliPath; Address = $Address; Port = $Port; Password = $Password; User = $User
        TlsCaFile = $TlsCaFile; TlsCertFile = $TlsCertFile; TlsKeyFile = $TlsKeyFile; TimeoutSeconds = 60
    }
    $lock = Enter-MemuraiLock -Path "$target.lock" -Purpose 'Set-MemuraiAclFile'
    $failure = ''
    try {
        if (($null -eq $Commands) -ne ($null -eq $ReturnCommand)) {
            throw 'Expected Commands and ReturnCommand together, found one of them. Give both or none.'
        }
        $null = Write-MemuraiSecret -Path $staged -Content $Content
        if ($null -ne $Commands) {
            Invoke-MemuraiUserCommand -Server $server -Command $Commands -ReturnCommand $ReturnCommand
        }
        Move-MemuraiAclFile -Path $staged -Destination $target -Server $server -ReturnCommand $ReturnCommand
        return [pscustomobject]@{ Path = $target; Applied = $(if ($null -eq $Commands) { 'File' } else { 'Live' }) }
    }
    catch {
        $failure = $_.Exception.GetBaseException().Message
        throw
    }
    finally {
        try {
            Remove-MemuraiFile -Path @(Get-MemuraiStagedFile -Path $target) -Failure $failure
        }
        finally {
            $lock.Dispose()
        }
    }
}
