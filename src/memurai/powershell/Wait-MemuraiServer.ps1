function Wait-MemuraiServer {
    <#
    .SYNOPSIS
        Waits until a Memurai server answers PING and has loaded its data; one that has no password is no such server.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Server
        How it is reached, an object with CliPath, the absolute path of memurai-cli.exe; Address and Port; and, where
        they count, Password, a secret; User, of the ACL; TlsCaFile, with which the connection is encrypted;
        TlsCertFile and TlsKeyFile.

    .PARAMETER ServiceName
        Service of the server. Given, the waiting ends when it stops.

    .PARAMETER Expected
        What it must report, too: an object with fields of INFO and their values, as texts.

    .PARAMETER TimeoutSeconds
        Deadline in seconds.

    .OUTPUTS
        [pscustomobject] with the properties
        Ready: true.
        ElapsedMilliseconds: how long it took, in milliseconds.

    .EXAMPLE
        Wait-MemuraiServer -Server $server -TimeoutSeconds 120
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][psobject]$Server,
        [string]$ServiceName,
        [psobject]$Expected,
        [ValidateRange(1, 86400)][int]$TimeoutSeconds = 60
    )

    $reached = ConvertTo-MemuraiServer -Server $Server -TimeoutSeconds 5
    $place = "$($reached.Address):$($reached.Port)"
    $fields = [ordered]@{ loading = '0' }
    if ($null -ne $Expected) {
        foreach ($property in $Expected.PSObject.Properties) {
            $fields[$property.Name] = [string]$property.Value
        }
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $wrong = Get-MemuraiUnfitness -Server $reached -Expected $fields
        if ($wrong.Length -eq 0) {
            return [pscustomobject]@{ Ready = $true; ElapsedMilliseconds = $watch.ElapsedMilliseconds }
        }
        if (Test-MemuraiOpenAnswer -Text $wrong) {
            throw ("Expected a server with the password of its configuration at $place, found one without it: " +
                "$wrong. Look at the path of the configuration: [, * and ? have a meaning in it. Or was the " +
                'password taken from the server while it ran?')
        }
        $service = $(if ($ServiceName.Length -gt 0) { Get-WinService -Name $ServiceName })
        if ($null -ne $service -and $service.State -eq 'Stopped') {
            throw ("Expected the service '$ServiceName' to run, found that it stopped again (Win32 exit code " +
                "$($service.ExitCode)). Its server: $wrong. Look at its log.")
        }
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            $wanted = @(foreach ($name in $fields.get_Keys()) { "${name}:$($fields[$name])" }) -join ', '
            throw ("Expected PONG and $wanted from $place within $TimeoutSeconds s, found: $wrong. Look at the " +
                "server's log, and whether its service runs and the password is right.")
        }
        Start-Sleep -Milliseconds 250
    }
}
