function ConvertTo-WinAclEntry {
    <#
    .SYNOPSIS
        Returns an access rule of a file or directory as a plain entry.

    .PARAMETER Rule
        The rule, its identity a security identifier.

    .OUTPUTS
        [pscustomobject] with the properties
        Sid: security identifier.
        Name: account name, null when the identifier has none.
        Type: Allow or Deny.
        Rights: access mask as an unsigned 32-bit number.
        InheritanceFlags: 0 none, 1 container, 2 object, 3 both.
        PropagationFlags: 0 none, 1 no propagation, 2 inherit only, 3 both.
        Inherited: whether the entry comes from the parent.

    .EXAMPLE
        ConvertTo-WinAclEntry -Rule $rule
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [Security.AccessControl.FileSystemAccessRule]$Rule
    )

    # FileSystemRights is a signed enumeration; GENERIC_READ, the highest bit, would come out negative.
    $mask = [BitConverter]::ToUInt32([BitConverter]::GetBytes([int]$Rule.FileSystemRights), 0)
    return [pscustomobject]@{
        Sid              = $Rule.IdentityReference.Value
        Name             = Get-WinAccountName -Sid $Rule.IdentityReference
        Type             = $Rule.AccessControlType.ToString()
        Rights           = $mask
        InheritanceFlags = [int]$Rule.InheritanceFlags
        PropagationFlags = [int]$Rule.PropagationFlags
        Inherited        = $Rule.IsInherited
    }
}
