function Invoke-MemuraiCertificateChange {
    <#
    .SYNOPSIS
        Does what Set-MemuraiCertificate describes.

    .PARAMETER Change
        The table of Set-MemuraiCertificate; IsServerChanged becomes true when the server took the new files.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiCertificateChange -Change $change
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $key = $Change.Files[2]
    $lock = Enter-MemuraiLock -Path "$($key.Path).lock" -Purpose "Set-MemuraiCertificate of $($Change.ServiceName)"
    $failure = ''
    try {
        foreach ($file in $Change.Files[0, 1]) {
            if ((Get-WinPathKind -Path $file.Staged) -ne 'File') {
                throw "Expected the staged file '$($file.Staged)', found no such file. Upload it first."
            }
            $found = Get-WinFileHash -Path $file.Staged
            if ($found -cne $file.Sha256) {
                throw "Expected SHA-256 $($file.Sha256) of '$($file.Staged)', found $found. Upload it again."
            }
        }
        $null = Write-MemuraiSecret -Path $key.Staged -Content $Change.KeyContent
        $set = ''
        if ($null -ne $Change.Command) {
            $set = Resolve-MemuraiCertificateSet -Change $Change
        }
        try {
            foreach ($file in $Change.Files) {
                # What a run kept that was ended half way stays: the server is known to have run with it.
                Move-MemuraiFile -Path $file.Staged -Destination $file.Path -Backup $file.Kept
            }
            if ($null -ne $Change.Command) {
                Update-MemuraiServerCertificate -Change $Change -Set $set
            }
        }
        catch {
            $reason = $_.Exception.GetBaseException().Message
            throw "$reason $(Restore-MemuraiCertificate -Change $Change)"
        }
        # From here on nothing tells the next run that the server may have the former ones.
        foreach ($file in $Change.Files) {
            $null = Remove-WinItem -Path $file.Kept
        }
    }
    catch {
        $failure = $_.Exception.GetBaseException().Message
        throw
    }
    finally {
        try {
            $staged = @(foreach ($file in $Change.Files) { Get-MemuraiStagedFile -Path $file.Path })
            Remove-MemuraiFile -Path $staged -Failure $failure
        }
        finally {
            $lock.Dispose()
        }
    }
}
