function Get-MemuraiStatus {
    <#
    .SYNOPSIS
        Returns ok, warning or critical.

    .PARAMETER IsCritical
        Whether something is critical, which counts more than a warning.

    .PARAMETER IsWarning
        Whether something is worth a warning.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiStatus -IsCritical ($percent -ge 95) -IsWarning ($percent -ge 80)
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [bool]$IsCritical,

        [Parameter(Mandatory = $true)]
        [bool]$IsWarning
    )

    if ($IsCritical) {
        return 'critical'
    }
    return $(if ($IsWarning) { 'warning' } else { 'ok' })
}
