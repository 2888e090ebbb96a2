function ConvertTo-MemuraiCheck {
    <#
    .SYNOPSIS
        Returns the result of one health check.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Facts,
        [Parameter(Mandatory = $true)][pscustomobject]$Check
    )

    $status = 'ok'
    foreach ($kind in 'Warning', 'Critical') {
        foreach ($condition in $Check.$kind) {
            if (Test-MemuraiCondition -Facts $Facts -Condition $condition) {
                $status = $kind.ToLowerInvariant()
            }
        }
    }
    $value = $Check.Value
    foreach ($remark in $Check.Remarks) {
        if (Test-MemuraiCondition -Facts $Facts -Condition $remark.When) {
            $value += $remark.Text
        }
    }
    $message = "Expected $($Check.Expected).$(if ($status -ne 'ok') { " $($Check.Advice)" })"
    return [pscustomobject]@{
        Name    = $Check.Name
        Status  = $status
        Value   = ConvertTo-MemuraiFactText -Facts $Facts -Template $value
        Message = ConvertTo-MemuraiFactText -Facts $Facts -Template $message
    }
}
