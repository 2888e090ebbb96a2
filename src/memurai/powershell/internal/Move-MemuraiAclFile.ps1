function Move-MemuraiAclFile {
    <#
    .SYNOPSIS
        Puts an ACL file in the place of another one; when that fails, its server takes the other one's users again.

    .PARAMETER Path
        Full path of the file; it is gone afterwards.

    .PARAMETER Destination
        Full path of the place, in the same folder.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER ReturnCommand
        Command line by which the server loads the file again; null when it has not changed.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Move-MemuraiAclFile -Path $staged -Destination $file -Server $server -ReturnCommand $command
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination,

        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [AllowNull()]
        [securestring]$ReturnCommand
    )

    try {
        Move-MemuraiFile -Path $Path -Destination $Destination
    }
    catch {
        $reason = "Expected to replace '$Destination', found: $($_.Exception.GetBaseException().Message)"
        if ($null -ne $ReturnCommand) {
            $null = Invoke-MemuraiProgram @Server -SecretCommand $ReturnCommand
        }
        throw "$reason The file was not changed."
    }
}
