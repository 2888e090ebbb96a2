function Remove-WinService {
    <#
    .SYNOPSIS
        Stops and deletes a service, if it is there, and waits until its process and its name are gone.

    .DESCRIPTION
        Windows keeps a deleted service, marked for deletion, as long as a program holds it open; until then no service
        of its name can be created. Called again, this function goes on waiting for that.

    .PARAMETER Name
        Name of the service, not its display name.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        Removed: whether it was removed now.

    .EXAMPLE
        Remove-WinService -Name Memurai -TimeoutSeconds 300
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $service = Get-WinServiceInstance -Name $Name
    if ($null -eq $service -or -not $PSCmdlet.ShouldProcess($Name, 'Stop and delete service')) {
        return [pscustomobject]@{ Name = $Name; Removed = $false }
    }
    $null = Stop-WinService -Name $Name -TimeoutSeconds $TimeoutSeconds
    # The service may have gone with its process: another's deletion was waiting for that.
    $service = Get-WinServiceInstance -Name $Name
    if ($null -ne $service) {
        $result = Invoke-CimMethod -InputObject $service -MethodName Delete
        # 16: it is marked for deletion already.
        if ($result.ReturnValue -ne 16) {
            Assert-WinServiceResult -Name $Name -Action delete -Code $result.ReturnValue
        }
    }
    while ($null -ne (Get-WinServiceInstance -Name $Name)) {
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            throw ("Expected the deleted service '$Name' to be gone within $TimeoutSeconds s, found it marked for " +
                'deletion: a program holds it open. Close the Services console, Task Manager and the like on the ' +
                'host and run this again; a restart of the host helps in any case.')
        }
        Start-Sleep -Milliseconds 200
    }
    return [pscustomobject]@{ Name = $Name; Removed = $true }
}
