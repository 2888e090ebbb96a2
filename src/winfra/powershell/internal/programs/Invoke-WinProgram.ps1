function Invoke-WinProgram {
    <#
    .SYNOPSIS
        Runs a native program to its end, or to a deadline, and returns its exit code and what it wrote.
    #>
    # Started by Diagnostics.Process and not by PowerShell, which makes error records of what a program writes to
    # standard error. What the program may not see on its command line goes into its environment.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$FilePath,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$ArgumentText,
        [hashtable]$Environment = @{},
        [AllowNull()][securestring]$InputText,
        [int]$TimeoutSeconds = 60,
        [bool]$EndOnTimeout = $true
    )

    $start = Get-WinStartInformation -FilePath $FilePath -ArgumentText $ArgumentText -Environment $Environment
    # The program would read it first: Process.Start writes the preamble of this encoding, which is a byte order mark
    # under code page 65001, to its standard input.
    if ([Console]::InputEncoding.GetPreamble().Length -gt 0) {
        [Console]::InputEncoding = [Text.UTF8Encoding]::new($false)
    }
    $process = [Diagnostics.Process]::Start($start)
    try {
        if ($null -ne $InputText) {
            # As bytes: the writer's own encoding is the console's code page.
            $bytes = [Text.Encoding]::UTF8.GetBytes([Net.NetworkCredential]::new('', $InputText).Password + "`n")
            $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        }
        # Nothing more to read for the program, and no handle of ours for it to inherit.
        $process.StandardInput.Close()
        # Read while it runs: a program that fills a pipe nobody empties waits for ever.
        $outputTask = $process.StandardOutput.ReadToEndAsync()
        $errorTask = $process.StandardError.ReadToEndAsync()
        $ended = $process.WaitForExit($TimeoutSeconds * 1000)
        if (-not $ended -and $EndOnTimeout) {
            $process.Kill()
        }
        # A process that the program left behind may keep the pipes open: what came until then is all that counts.
        $tasks = [Threading.Tasks.Task[]]@($outputTask, $errorTask)
        $null = [Threading.Tasks.Task]::WaitAll($tasks, $(if ($ended) { 5000 } else { 1000 }))
        return [pscustomobject]@{
            ExitCode    = $(if ($ended) { $process.ExitCode } else { $null })
            Output      = $(if ($outputTask.IsCompleted) { $outputTask.Result } else { '' })
            ErrorOutput = $(if ($errorTask.IsCompleted) { $errorTask.Result } else { '' })
            TimedOut    = -not $ended
            ProcessId   = $process.Id
        }
    }
    finally {
        $process.Dispose()
    }
}
