function Get-MemuraiCertificateServer {
    <#
    .SYNOPSIS
        Returns how the server is reached with one set of its files.

    .PARAMETER Change
        The table of Set-MemuraiCertificate.

    .PARAMETER Set
        Present: the files in place. Staged: the new ones beside them. Kept: those put aside, or in place where none is.

    .OUTPUTS
        [hashtable], parameters of Invoke-MemuraiProgram besides the command.

    .EXAMPLE
        Get-MemuraiCertificateServer -Change $change -Set Kept
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Present', 'Staged', 'Kept')]
        [string]$Set
    )

    $server = $Change.New.Clone()
    foreach ($file in $Change.Files) {
        $server[$file.Name] = $file.Path
        if ($Set -eq 'Staged' -or ($Set -eq 'Kept' -and (Get-WinPathKind -Path $file.Kept) -eq 'File')) {
            $server[$file.Name] = $file[$Set]
        }
    }
    return $server
}
