function Invoke-WinBatch {
    <#
    .SYNOPSIS
        Carries out many calls in one request, each with an answer or an error of its own.

    .PARAMETER Calls
        The calls: objects with Function, the name of a function of this library, and Parameters, an object with the
        values of its parameters by name.

    .OUTPUTS
        [pscustomobject] with the properties
        Answers: one object a call, in the order of the calls, with Answer, the object that the function returned, and
            Problem, why it failed; one of them is null.

    .EXAMPLE
        $call = [pscustomobject]@{
            Function = 'Get-WinItem'; Parameters = [pscustomobject]@{ Path = 'C:\Windows' }
        }
        Invoke-WinBatch -Calls $call
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [psobject[]]$Calls
    )

    $answers = foreach ($call in $Calls) {
        $answer = $null
        $problem = $null
        try {
            $answer = Invoke-WinCall -Call $call
        }
        catch {
            $problem = $_.Exception.GetBaseException().Message
        }
        [pscustomobject]@{ Answer = $answer; Problem = $problem }
    }
    return [pscustomobject]@{ Answers = @($answers) }
}
