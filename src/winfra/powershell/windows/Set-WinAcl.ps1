function Set-WinAcl {
    <#
    .SYNOPSIS
        Gives a file or directory exactly this owner, this inheritance and these entries.

    .DESCRIPTION
        The access list is built anew, so that no explicit entry that is not asked for survives. Children inherit the
        changes as they do in Windows Explorer.

    .PARAMETER Path
        Absolute path of the file or directory.

    .PARAMETER OwnerSid
        Security identifier of the owner.

    .PARAMETER InheritanceEnabled
        Whether entries of the parent are inherited.

    .PARAMETER Entries
        The explicit entries: objects with Sid, Type (Allow, Deny), Rights (unsigned access mask), InheritanceFlags
        (0 none, 1 container, 2 object, 3 both) and PropagationFlags (0 none, 1 no propagation, 2 inherit only).

    .OUTPUTS
        [pscustomobject] with the properties
        Path: the full path.

    .EXAMPLE
        $all = [pscustomobject]@{
            Sid = 'S-1-5-18'; Type = 'Allow'; Rights = 2032127; InheritanceFlags = 3; PropagationFlags = 0
        }
        Set-WinAcl -Path C:\ProgramData\Memurai -OwnerSid S-1-5-32-544 -InheritanceEnabled $false -Entries $all
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Path,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$OwnerSid,
        [Parameter(Mandatory = $true)][bool]$InheritanceEnabled,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][psobject[]]$Entries
    )

    $full = Resolve-WinPath -Path $Path
    $kind = Get-WinPathKind -Path $full
    if ($kind -eq 'Absent') {
        throw "Expected a file or directory at '$full', found nothing. Create it first."
    }
    if ($kind -eq 'Directory') {
        $security = [Security.AccessControl.DirectorySecurity]::new()
    }
    else {
        $security = [Security.AccessControl.FileSecurity]::new()
    }
    $security.SetOwner([Security.Principal.SecurityIdentifier]::new($OwnerSid))
    $security.SetAccessRuleProtection(-not $InheritanceEnabled, $false)
    foreach ($entry in $Entries) {
        $security.AddAccessRule((ConvertTo-WinAccessRule -Security $security -Entry $entry))
    }
    if ($PSCmdlet.ShouldProcess($full, 'Set owner and access entries')) {
        # To make SYSTEM the owner takes the right to restore: without it Windows lets an administrator name only
        # himself and Administrators. To change what he neither owns nor may change takes the right to take ownership.
        Enable-WinPrivilege -Name 'SeRestorePrivilege', 'SeTakeOwnershipPrivilege'
        $type = $(if ($kind -eq 'Directory') { [IO.Directory] } else { [IO.File] })
        try {
            $type::SetAccessControl($full, $security)
        }
        catch [UnauthorizedAccessException] {
            # The right to take ownership lets the owner be changed and nothing else; the owner may change the rest.
            $owned = $security.GetType()::new()
            $owned.SetOwner([Security.Principal.SecurityIdentifier]::new('S-1-5-32-544'))
            $type::SetAccessControl($full, $owned)
            $type::SetAccessControl($full, $security)
        }
    }
    return [pscustomobject]@{ Path = $full }
}
