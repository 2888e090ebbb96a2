function Wait-MemuraiFitness {
    <#
    .SYNOPSIS
        Waits until a server is healthy, and fails at the deadline, or at once when its service has stopped or it runs
        without the password of its configuration.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER Expected
        Values of fields of INFO by name.

    .PARAMETER ServiceName
        Name of its service.

    .PARAMETER Watch
        A running stopwatch that the deadline is measured by.

    .PARAMETER TimeoutSeconds
        Deadline in seconds of the stopwatch.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Wait-MemuraiFitness -Server $server -Expected @{} -ServiceName Memurai -Watch $watch -TimeoutSeconds 300
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [hashtable]$Expected,

        [Parameter(Mandatory = $true)]
        [string]$ServiceName,

        [Parameter(Mandatory = $true)]
        [Diagnostics.Stopwatch]$Watch,

        [Parameter(Mandatory = $true)]
        [int]$TimeoutSeconds
    )

    while ($true) {
        $wrong = Get-MemuraiUnfitness -Server $Server -Expected $Expected
        if ([string]::IsNullOrEmpty($wrong)) {
            return
        }
        $service = Get-WinServiceInstance -Name $ServiceName -Required $true
        if ((Get-WinServiceState -Service $service) -eq 'Stopped') {
            throw "the service '$ServiceName' stopped again ($(Get-WinServiceExitText -Service $service))"
        }
        if (Test-MemuraiOpenAnswer -Text $wrong) {
            throw "the server has not read its configuration: $wrong"
        }
        if ($Watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw "within $TimeoutSeconds s of its start, $wrong"
        }
        Start-Sleep -Milliseconds 250
    }
}
