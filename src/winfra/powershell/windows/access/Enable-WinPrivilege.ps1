function Enable-WinPrivilege {
    <#
    .SYNOPSIS
        Enables privileges that the session's account has, for this process.
    #>
    # They stay enabled: in a session over WinRM they mostly are from the start.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][string[]]$Name
    )

    $type = 'Winfra.TokenPrivilege' -as [type]
    if ($null -eq $type) {
        Add-Type -TypeDefinition (Get-WinPrivilegeSource)
        $type = 'Winfra.TokenPrivilege' -as [type]
    }
    foreach ($privilege in $Name) {
        try {
            $type::Enable($privilege)
        }
        catch [ComponentModel.Win32Exception] {
            $cause = $_.Exception.GetBaseException().Message
            throw "Expected the privilege $privilege, found: $cause. Connect as an elevated administrator."
        }
    }
}
