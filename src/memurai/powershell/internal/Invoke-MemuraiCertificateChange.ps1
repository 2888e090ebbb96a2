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

    try {
        foreach ($file in $Change.Files) {
            if ((Get-WinPathKind -Path $file.Staged) -ne 'File') {
                throw "Expected the staged file '$($file.Staged)', found no such file. Upload it first."
            }
            $found = Get-WinFileHash -Path $file.Staged
            if ($found -cne $file.Sha256) {
                throw "Expected SHA-256 $($file.Sha256) of '$($file.Staged)', found $found. Upload it again."
            }
        }
        $set = ''
        if ($null -ne $Change.Command) {
            $set = Resolve-MemuraiCertificateSet -Change $Change
        }
        try {
            foreach ($file in $Change.Files) {
                $backup = @{ Backup = $file.Kept }
                if ((Get-WinPathKind -Path $file.Kept) -eq 'File') {
                    # Of a run that was ended half way: the one that the server is known to have run with.
                    $backup = @{}
                }
                Move-MemuraiFile -Path $file.Staged -Destination $file.Path @backup
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
    finally {
        foreach ($file in $Change.Files) {
            $null = Remove-WinItem -Path $file.Staged
        }
    }
}
