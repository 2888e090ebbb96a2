function ConvertTo-WinAccessRule {
    <#
    .SYNOPSIS
        Returns a plain entry as an access rule of a file or directory.
    #>
    [CmdletBinding()]
    [OutputType([Security.AccessControl.FileSystemAccessRule])]
    param(
        [Parameter(Mandatory = $true)][Security.AccessControl.FileSystemSecurity]$Security,
        [Parameter(Mandatory = $true)][psobject]$Entry
    )

    $needed = 'Sid', 'Type', 'Rights', 'InheritanceFlags', 'PropagationFlags'
    foreach ($name in $needed) {
        if ($null -eq $Entry.PSObject.Properties[$name]) {
            throw "Expected an entry with $($needed -join ', '), found one without $name. Give all of them."
        }
    }
    # The constructor of FileSystemAccessRule refuses generic rights and adds or takes away Synchronize by itself; the
    # factory takes the mask as it is. The mask is unsigned, the factory's argument is not.
    $mask = [BitConverter]::ToInt32([BitConverter]::GetBytes([uint32]$Entry.Rights), 0)
    return $Security.AccessRuleFactory(
        [Security.Principal.SecurityIdentifier]::new([string]$Entry.Sid),
        $mask,
        $false,
        [Security.AccessControl.InheritanceFlags]$Entry.InheritanceFlags,
        [Security.AccessControl.PropagationFlags]$Entry.PropagationFlags,
        [Security.AccessControl.AccessControlType]$Entry.Type
    )
}
