function Get-MemuraiLatest {
    <#
    .SYNOPSIS
        Returns the latest of some times.

    .PARAMETER Time
        The times; null stands for none.

    .OUTPUTS
        [datetime]

    .EXAMPLE
        Get-MemuraiLatest -Time $null, $taken
    #>
    [CmdletBinding()]
    [OutputType([datetime])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowNull()]
        [object[]]$Time
    )

    return @($Time | Where-Object -FilterScript { $null -ne $_ } | Sort-Object)[-1]
}
