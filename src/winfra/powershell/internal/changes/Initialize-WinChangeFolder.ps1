function Initialize-WinChangeFolder {
    <#
    .SYNOPSIS
        Makes sure that the folder of changes is there and that nobody but SYSTEM and administrators may use it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    # SYSTEM and Administrators.
    $keepers = 'S-1-5-18', 'S-1-5-32-544'
    $null = New-WinDirectory -Path $Path
    $found = Get-WinAcl -Path $Path
    $strangers = @(foreach ($entry in $found.Entries) { if ($keepers -notcontains $entry.Sid) { $entry.Name } })
    if ($found.InheritanceEnabled -eq $false -and $strangers.Length -eq 0 -and $keepers -contains $found.OwnerSid) {
        return
    }
    $journal = Join-Path -Path $Path -ChildPath 'journal'
    if ([IO.File]::Exists($journal)) {
        # What stands in it is called with the rights of whoever undoes it.
        throw ("Expected the folder of changes '$Path' to be used by nobody but its owner SYSTEM or Administrators, " +
            "found the owner '$($found.OwnerName)', others ($($strangers -join ', ')) and a journal, which any of " +
            "them may have written. Look at '$journal', and remove it if it is not of a change of yours.")
    }
    $entries = foreach ($sid in $keepers) {
        # Full control, for what is made in the folder too.
        [pscustomobject]@{ Sid = $sid; Type = 'Allow'; Rights = 2032127; InheritanceFlags = 3; PropagationFlags = 0 }
    }
    $null = Set-WinAcl -Path $Path -OwnerSid 'S-1-5-32-544' -InheritanceEnabled $false -Entries $entries
}
