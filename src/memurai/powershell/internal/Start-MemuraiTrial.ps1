function Start-MemuraiTrial {
    <#
    .SYNOPSIS
        Starts memurai.exe besides its service, with its output redirected.

    .PARAMETER Program
        Full path of memurai.exe.

    .PARAMETER Arguments
        Its arguments: the configuration file first.

    .OUTPUTS
        [hashtable] with Process, and with Output and ErrorOutput, the tasks that read its streams.

    .EXAMPLE
        Start-MemuraiTrial -Program $change.Program -Arguments @(Get-MemuraiTrialArgument -Change $change)
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Program,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string[]]$Arguments
    )

    $text = ConvertTo-WinArgumentText -Arguments $Arguments
    $start = Get-WinStartInformation -FilePath $Program -ArgumentText $text -Environment @{}
    # Where a service runs: relative paths of the file begin there.
    $start.WorkingDirectory = [IO.Path]::GetDirectoryName($Program)
    if ($PSCmdlet.ShouldProcess($Program, 'Start trial')) {
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
