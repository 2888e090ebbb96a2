function Test-MemuraiCondition {
    <#
    .SYNOPSIS
        Returns whether a fact is what a condition says.
    #>
    # What is not known is an empty text, and neither at least nor below anything.
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][pscustomobject]$Condition
    )

    $fact, $value = $Facts[$Condition.Fact], $Condition.Value
    switch ($Condition.Comparison) {
        'is' { return "$fact" -ceq $value }
        'is not' { return "$fact" -cne $value }
        'at least' { return $null -ne $fact -and [decimal]$fact -ge [decimal]$value }
        'below' { return $null -ne $fact -and [decimal]$fact -lt [decimal]$value }
    }
    throw ("Expected 'is', 'is not', 'at least' or 'below' of $($Condition.Fact), found '$($Condition.Comparison)'. " +
        'Deploy.')
}
