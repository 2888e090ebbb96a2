function Read-MemuraiJsonFile {
    <#
    .SYNOPSIS
        Returns the object in a JSON file, and nothing when there is no such file.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [Parameter(Mandatory = $true)][string[]]$Name
    )

    $file = Get-WinTextFile -Path $Path
    if (-not $file.Exists) {
        return $null
    }
    $value = $null
    try {
        $value = ConvertFrom-Json -InputObject $file.Content
    }
    catch [ArgumentException] {
        # Told below, as JSON that is no object is.
        $value = $null
    }
    if ($value -isnot [Management.Automation.PSCustomObject]) {
        throw "Expected a JSON object in '$($file.Path)', found other text. Remove the file, or have it written anew."
    }
    $found = @(foreach ($property in $value.PSObject.Properties) { $property.Name })
    $missing = @($Name | Where-Object -FilterScript { $_ -notin $found })
    if ($missing.Length -gt 0) {
        throw ("Expected $($Name -join ', ') in '$($file.Path)', found no $($missing -join ', '). Remove the file, " +
            'or have it written anew.')
    }
    return $value
}
