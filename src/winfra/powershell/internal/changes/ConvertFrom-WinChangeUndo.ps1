function ConvertFrom-WinChangeUndo {
    <#
    .SYNOPSIS
        Returns a parsed value of a call that undoes a step, with the secrets that its journal keeps in their places.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [AllowNull()]
        [object]$Value,

        # As Protect-WinSecret made texts of them.
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Secrets
    )

    if ($Value -is [Array]) {
        $items = [object[]]@(foreach ($item in $Value) { ConvertFrom-WinChangeUndo -Value $item -Secrets $Secrets })
        # The comma keeps the array whole: a function's output is unrolled once.
        return , $items
    }
    if ($Value -isnot [Management.Automation.PSCustomObject]) {
        return $Value
    }
    $kept = $Value.PSObject.Properties['$kept']
    if ($null -ne $kept) {
        $clear = (Unprotect-WinSecret -Text $Secrets[$kept.Value]).Secret
        return [Net.NetworkCredential]::new('', $clear).SecurePassword
    }
    $properties = [ordered]@{}
    foreach ($property in $Value.PSObject.Properties) {
        $properties[$property.Name] = ConvertFrom-WinChangeUndo -Value $property.Value -Secrets $Secrets
    }
    return [pscustomobject]$properties
}
