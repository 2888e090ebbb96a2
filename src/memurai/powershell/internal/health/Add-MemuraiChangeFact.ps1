function Add-MemuraiChangeFact {
    <#
    .SYNOPSIS
        Adds what became of the changes that were found in their folders.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][pscustomobject[]]$Changes
    )

    $texts = foreach ($end in $Changes) {
        $rest = $(if ($null -ne $end.Problem) { ": $($end.Problem)" })
        switch ($end.Outcome) {
            'UnderWay' { 'one is under way' }
            'Undone' { "'$($end.Name)' was left unfinished and was undone$rest" }
            'Broken' { "$(if ($null -ne $end.Name) { "'$($end.Name)'" } else { 'one' }) could not be undone$rest" }
        }
    }
    $found = @($Changes | ForEach-Object -Process { $_.Outcome })
    $Facts.changes = @($texts) -join '; '
    $Facts.changes_broken = [int]($found -ccontains 'Broken')
    $Facts.changes_undone = [int]($found -ccontains 'Undone')
}
