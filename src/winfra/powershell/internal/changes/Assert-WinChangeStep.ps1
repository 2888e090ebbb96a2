function Assert-WinChangeStep {
    <#
    .SYNOPSIS
        Fails before anything is done unless all steps are whole and call only functions of this library.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [psobject[]]$Steps
    )

    foreach ($step in $Steps) {
        foreach ($name in 'Why', 'Do', 'Undo', 'TimeoutSeconds') {
            if ($null -eq $step.PSObject.Properties[$name]) {
                throw "Expected each step with Why, Do, Undo and TimeoutSeconds, found one without $name. Give all."
            }
        }
        $null = Resolve-WinFunction -Name ([string]$step.Do.Function)
        if ($null -ne $step.Undo) {
            $undo = ConvertFrom-Json -InputObject $step.Undo
            $null = Resolve-WinFunction -Name ([string]$undo.Function)
        }
    }
}
