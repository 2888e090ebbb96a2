function Get-MemuraiFlag {
    <#
    .SYNOPSIS
        Returns 1 when a field of INFO has a value and 0 when it has another, and nothing when it was not reported.

    .PARAMETER Information
        The fields of INFO by name.

    .PARAMETER Name
        Name of the field.

    .PARAMETER Value
        The value that stands for 1.

    .OUTPUTS
        [int]

    .EXAMPLE
        Get-MemuraiFlag -Information $fields -Name rdb_last_bgsave_status -Value ok
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Information,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [string]$Value
    )

    if ($Information.ContainsKey($Name)) {
        return [int]($Information[$Name] -ceq $Value)
    }
}
