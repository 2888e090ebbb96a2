function ConvertFrom-MemuraiInformation {
    <#
    .SYNOPSIS
        Returns the fields of an answer to INFO by name.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text
    )

    $fields = @{}
    # The server ends its lines with \r\n, and memurai-cli writes \r\r\n for that.
    foreach ($line in $Text -split '[\r\n]+') {
        $name, $value = $line.Split([char[]]':', 2)
        if ($null -ne $value) {
            $fields[$name] = $value
        }
    }
    return $fields
}
