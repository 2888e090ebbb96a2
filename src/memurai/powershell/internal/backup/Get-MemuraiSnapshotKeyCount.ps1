function Get-MemuraiSnapshotKeyCount {
    <#
    .SYNOPSIS
        Checks a snapshot by memurai-check-rdb and returns the number of keys in it, those that have expired too.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)][string]$CheckPath,
        [Parameter(Mandatory = $true)][string]$Path
    )

    $output = Invoke-MemuraiCheck -ToolPath $CheckPath -Path $Path
    if ($output -cnotmatch '(?m)^\[info\] (\d+) keys read\s*$') {
        throw ("Expected the number of keys in '$Path' from the check tool, found: " +
            (ConvertTo-MemuraiLastLine -Text $output))
    }
    return [long]$Matches[1]
}
