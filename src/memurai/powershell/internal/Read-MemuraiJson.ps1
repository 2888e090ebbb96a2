function Read-MemuraiJson {
    <#
    .SYNOPSIS
        Returns a JSON object that has properties of given names and kinds.

    .PARAMETER Path
        Full path of the file.

    .PARAMETER Kind
        Kind of each property by its name: text, integer, number, bool or list; a question mark after it stands for
        "or null".

    .OUTPUTS
        [pscustomobject]

    .EXAMPLE
        Read-MemuraiJson -Path C:\Backups\Redis\last-run.json -Kind @{ ExitCode = 'integer'; Backup = 'text?' }
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [hashtable]$Kind
    )

    $text = Read-MemuraiText -Path $Path
    try {
        $found = ConvertFrom-Json -InputObject $text
    }
    catch [ArgumentException] {
        throw "Expected JSON in '$Path', found something else."
    }
    $wrong = @(foreach ($name in $Kind.get_Keys() | Sort-Object) {
            $property = $(if ($found -is [pscustomobject]) { $found.PSObject.Properties[$name] } else { $null })
            if ($null -eq $property) {
                $name
                continue
            }
            $value = $property.Value
            $isRight = switch ($Kind[$name].TrimEnd('?')) {
                'text' { $value -is [string] }
                'integer' { $value -is [int] -or $value -is [long] }
                'number' { $value -is [int] -or $value -is [long] -or $value -is [decimal] -or $value -is [double] }
                'bool' { $value -is [bool] }
                'list' { $value -is [array] }
            }
            if (-not $isRight -and -not ($null -eq $value -and $Kind[$name].EndsWith('?'))) {
                $name
            }
        })
    if ($wrong.Length -gt 0) {
        throw "Expected $($wrong -join ', ') in '$Path', found nothing or another type."
    }
    return $found
}
