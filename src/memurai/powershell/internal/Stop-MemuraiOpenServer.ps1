function Stop-MemuraiOpenServer {
    <#
    .SYNOPSIS
        Stops a service whose server runs without the password of its configuration, and says so; else does nothing.

    .DESCRIPTION
        Such a server runs with Redis' defaults: anyone reads and writes it, and its data is not where it belongs.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER ServiceName
        Name of its service.

    .OUTPUTS
        [string], empty when nothing was done.

    .EXAMPLE
        $reason += Stop-MemuraiOpenServer -Server $server -ServiceName Memurai
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [string]$ServiceName
    )

    if (-not (Test-MemuraiOpenAnswer -Text (Get-MemuraiReadiness -Server $Server)) -or
        -not $PSCmdlet.ShouldProcess($ServiceName, 'Stop')) {
        return ''
    }
    $null = Stop-WinService -Name $ServiceName -TimeoutSeconds 60
    return "; the service '$ServiceName' was stopped, because anyone could have read and written its server"
}
