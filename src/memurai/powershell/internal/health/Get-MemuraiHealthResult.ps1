function Get-MemuraiHealthResult {
    <#
    .SYNOPSIS
        Returns the results of the health checks: of those of one name, the first whose conditions hold.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][pscustomobject[]]$Checks
    )

    $judged = @()
    foreach ($check in $Checks) {
        $unmet = @($check.When | Where-Object -FilterScript {
                -not (Test-MemuraiCondition -Facts $Facts -Condition $_)
            })
        if ($unmet.Length -eq 0 -and $check.Name -notin $judged) {
            $judged += $check.Name
            ConvertTo-MemuraiCheck -Facts $Facts -Check $check
        }
    }
}
