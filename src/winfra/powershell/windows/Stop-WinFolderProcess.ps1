function Stop-WinFolderProcess {
    <#
    .SYNOPSIS
        Ends the processes whose command line names something in a folder, and waits until they are gone.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Folder
        Absolute path of the folder. Another way of writing it (PROGRA~1) in a command line is not recognised.

    .PARAMETER TimeoutSeconds
        Deadline for each process to be gone.

    .OUTPUTS
        [pscustomobject] with the properties
        Folder: full path of the folder.
        ProcessIds: identifiers of the processes that were ended.

    .EXAMPLE
        Stop-WinFolderProcess -Folder C:\Backups\Redis\rehearsal.partial
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Folder,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $full = Resolve-WinPath -Path $Folder
    $ended = foreach ($process in Get-CimInstance -ClassName Win32_Process) {
        # Of a process that an administrator may not look into there is none.
        $line = ([string]$process.CommandLine).Replace('/', '\')
        # This process itself may have been told the folder.
        if ($process.ProcessId -ne $PID -and $line.IndexOf("$full\", [StringComparison]::OrdinalIgnoreCase) -ge 0 -and
            $PSCmdlet.ShouldProcess("$($process.Name) (process $($process.ProcessId))", 'End process')) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $null = Invoke-CimMethod -InputObject $process -MethodName Terminate
            Wait-WinProcessEnd -Process $process -Watch $watch -TimeoutSeconds $TimeoutSeconds
            [int]$process.ProcessId
        }
    }
    return [pscustomobject]@{ Folder = $full; ProcessIds = @($ended | Where-Object -FilterScript { $null -ne $_ }) }
}
