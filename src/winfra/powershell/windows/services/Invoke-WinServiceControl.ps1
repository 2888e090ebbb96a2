function Invoke-WinServiceControl {
    <#
    .SYNOPSIS
        Runs sc.exe and fails when it does.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyString()][string[]]$Arguments
    )

    $text = ConvertTo-WinArgumentText -Arguments $Arguments
    $program = [IO.Path]::Combine([Environment]::SystemDirectory, 'sc.exe')
    $run = Invoke-WinProgram -FilePath $program -ArgumentText $text -TimeoutSeconds 60
    if ($run.TimedOut) {
        throw "Expected 'sc.exe $text' to end within 60 s, found it running. Is the service control manager busy?"
    }
    if ($run.ExitCode -ne 0) {
        $message = [ComponentModel.Win32Exception]::new($run.ExitCode).Message
        throw "Expected 'sc.exe $text' to succeed, found exit code $($run.ExitCode): $message"
    }
}
