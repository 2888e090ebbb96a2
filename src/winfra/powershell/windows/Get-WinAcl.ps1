function Get-WinAcl {
    <#
    .SYNOPSIS
        Reads owner, inheritance and access entries of a file or directory.

    .PARAMETER Path
        Absolute path of the file or directory.

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.
        Kind: Absent, File or Directory.
        OwnerSid: security identifier of the owner; null when absent.
        OwnerName: name of the owner; null when absent or when the identifier has no name.
        InheritanceEnabled: whether entries of the parent are inherited; null when absent.
        Entries: objects with Sid, Name, Type, Rights, InheritanceFlags, PropagationFlags, Inherited. Rights is the
            access mask as an unsigned number, generic rights and Synchronize included.

    .EXAMPLE
        Get-WinAcl -Path C:\ProgramData\Memurai
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path
    )

    $full = Resolve-WinPath -Path $Path
    $kind = Get-WinPathKind -Path $full
    $acl = [pscustomobject]@{
        Path               = $full
        Kind               = $kind
        OwnerSid           = $null
        OwnerName          = $null
        InheritanceEnabled = $null
        Entries            = @()
    }
    if ($kind -eq 'Absent') {
        return $acl
    }
    $sections = [Security.AccessControl.AccessControlSections]'Owner, Access'
    if ($kind -eq 'Directory') {
        $security = [IO.Directory]::GetAccessControl($full, $sections)
    }
    else {
        $security = [IO.File]::GetAccessControl($full, $sections)
    }
    $owner = $security.GetOwner([Security.Principal.SecurityIdentifier])
    $acl.OwnerSid = $owner.Value
    $acl.OwnerName = Get-WinAccountName -Sid $owner
    $acl.InheritanceEnabled = -not $security.AreAccessRulesProtected
    $rules = $security.GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])
    $acl.Entries = @(foreach ($rule in $rules) {
            [pscustomobject]@{
                Sid              = $rule.IdentityReference.Value
                Name             = Get-WinAccountName -Sid $rule.IdentityReference
                Type             = $rule.AccessControlType.ToString()
                # FileSystemRights is a signed enumeration; GENERIC_READ, the highest bit, would come out negative.
                Rights           = [BitConverter]::ToUInt32([BitConverter]::GetBytes([int]$rule.FileSystemRights), 0)
                InheritanceFlags = [int]$rule.InheritanceFlags
                PropagationFlags = [int]$rule.PropagationFlags
                Inherited        = $rule.IsInherited
            }
        })
    return $acl
}
