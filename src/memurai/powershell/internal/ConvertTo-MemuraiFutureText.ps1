function ConvertTo-MemuraiFutureText {
    <#
    .SYNOPSIS
        Returns the end of a finding that names what has a time in the future; an empty text when nothing has.

    .PARAMETER Name
        Names of the records.

    .OUTPUTS
        [string]

    .EXAMPLE
        ConvertTo-MemuraiFutureText -Name $backups.Future
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Name
    )

    if ($Name.Length -eq 0) {
        return ''
    }
    return ", and of the future: $($Name -join ', ') (the clock was wrong, or is)"
}
