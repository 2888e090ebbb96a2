function ConvertTo-MemuraiCheck {
    <#
    .SYNOPSIS
        Returns the result of one health check.

    .PARAMETER Name
        Name of the check.

    .PARAMETER Status
        ok, warning or critical.

    .PARAMETER Value
        What was found.

    .PARAMETER Expected
        What was expected, as the end of a sentence.

    .PARAMETER Advice
        What to do, in whole sentences; left out when all is well.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the check.
        Status: ok, warning or critical.
        Value: what was found.
        Message: what was expected, and what to do.

    .EXAMPLE
        ConvertTo-MemuraiCheck -Name service -Status ok -Value Running -Expected Running -Advice 'Start it.'
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('ok', 'warning', 'critical')]
        [string]$Status,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Value,

        [Parameter(Mandatory = $true)]
        [string]$Expected,

        [Parameter(Mandatory = $true)]
        [string]$Advice
    )

    $message = "Expected $Expected."
    if ($Status -ne 'ok') {
        $message = "$message $Advice"
    }
    return [pscustomobject]@{ Name = $Name; Status = $Status; Value = $Value; Message = $message }
}
