function Write-WinChangeHolder {
    <#
    .SYNOPSIS
        Writes into a lock who holds it, for which step, and until when that step has to be over.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [IO.FileStream]$Lock,

        [Parameter(Mandatory = $true)]
        [string]$Change,

        [string]$Step = '',

        [int]$TimeoutSeconds = 60
    )

    $process = [Diagnostics.Process]::GetCurrentProcess()
    $holder = ConvertTo-Json -Compress -InputObject ([ordered]@{
            Change     = $Change
            Step       = $Step
            ProcessId  = $process.Id
            StartTicks = $process.StartTime.ToUniversalTime().Ticks
            UntilTicks = [DateTime]::UtcNow.AddSeconds($TimeoutSeconds).Ticks
        })
    # Always as many bytes, over those before: on a full disk too there is room for them.
    $bytes = [Text.Encoding]::UTF8.GetBytes($holder.PadRight(4096))
    $Lock.Position = 0
    $Lock.Write($bytes, 0, $bytes.Length)
    $Lock.SetLength($bytes.Length)
    $Lock.Flush()
}
