function Invoke-MemuraiCheck {
    <#
    .SYNOPSIS
        Runs a check tool of the product on a file, and fails when it refuses the file.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$ToolPath,
        [Parameter(Mandatory = $true)][string]$Path
    )

    $tool = Resolve-WinPath -Path $ToolPath
    $name = [IO.Path]::GetFileName($tool)
    $run = @{ FilePath = $tool; ArgumentText = ConvertTo-WinArgumentText -Arguments $Path; TimeoutSeconds = 3600 }
    $found = Invoke-WinProgram @run
    if ($found.TimedOut) {
        throw "Expected $name to check '$Path' within 3600 s, it did not."
    }
    if ($found.ExitCode -ne 0) {
        $told = ConvertTo-MemuraiLastLine -Text "$($found.Output)`n$($found.ErrorOutput)"
        throw "Expected $name to accept '$Path', found exit code $($found.ExitCode): $told"
    }
    return $found.Output
}
