function Invoke-WinCall {
    <#
    .SYNOPSIS
        Calls one function of this library by its name and a parameters object, and returns the one object it answers.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [psobject]$Call
    )

    $name = Resolve-WinFunction -Name ([string]$Call.Function)
    $parameters = @{}
    foreach ($property in $Call.Parameters.PSObject.Properties) {
        # A null stands for a parameter that was not given, as in every request.
        if ($null -ne $property.Value) {
            $parameters[$property.Name] = $property.Value
        }
    }
    $answers = @(& $name @parameters)
    if ($answers.Length -ne 1) {
        throw "Expected one object from $name, found $($answers.Length). This is a defect of the function."
    }
    return $answers[0]
}
