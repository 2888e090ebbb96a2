function Start-MemuraiTrial {
    <#
    .SYNOPSIS
        Starts memurai.exe on the staged file, with its output redirected.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Address
        Address of the trial.

    .OUTPUTS
        [hashtable] with Process, and with Output and ErrorOutput, the tasks that read its streams.

    .EXAMPLE
        Start-MemuraiTrial -Change $change -Address 127.0.0.1
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [string]$Address
    )

    $text = ConvertTo-WinArgumentText -Arguments @(Get-MemuraiTrialArgument -Change $Change -Address $Address)
    $start = Get-WinStartInformation -FilePath $Change.Program -ArgumentText $text -Environment @{}
    # Where a service runs: relative paths of the file begin there.
    $start.WorkingDirectory = [IO.Path]::GetDirectoryName($Change.Program)
    if ($PSCmdlet.ShouldProcess($Change.Program, 'Start trial')) {
        $process = [Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        # Read while it runs: a program that fills a pipe nobody empties waits for ever.
        return @{
            Process     = $process
            Output      = $process.StandardOutput.ReadToEndAsync()
            ErrorOutput = $process.StandardError.ReadToEndAsync()
        }
    }
}
