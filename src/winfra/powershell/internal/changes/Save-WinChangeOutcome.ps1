function Save-WinChangeOutcome {
    <#
    .SYNOPSIS
        Keeps durably how a change ended, in the place of what was kept of it before, with those of the last changes.
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        # Name, Outcome, Reason, Problem, BeganUtc and EndedUtc: texts.
        [Parameter(Mandatory = $true)]
        [Collections.IDictionary]$Outcome
    )

    $path = Join-Path -Path $Folder -ChildPath 'outcomes'
    $lines = @(foreach ($entry in (Read-WinChangeLine -Path $path -SkipDamaged)) {
            # The undoing of one change may be tried often.
            if ($entry.Name -cne $Outcome.Name -or $entry.BeganUtc -cne $Outcome.BeganUtc) {
                $kept = [ordered]@{}
                foreach ($property in $entry.PSObject.Properties) { $kept[$property.Name] = $property.Value }
                ConvertTo-WinChangeLine -Entry $kept
            }
        }) + (ConvertTo-WinChangeLine -Entry $Outcome)
    if ($PSCmdlet.ShouldProcess($path, "Keep the outcome of '$($Outcome.Name)'")) {
        Write-WinText -Path $path -Source @{ Text = ($lines | Select-Object -Last 50) -join '' }
    }
}
