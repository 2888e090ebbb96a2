function Clear-MemuraiPartialBackup {
    <#
    .SYNOPSIS
        Removes what runs left that were ended half way: folders, and the scratch server of a rehearsal.

    .PARAMETER Folder
        Full path of the folder of the backups.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Clear-MemuraiPartialBackup -Folder C:\Backups\Redis
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    foreach ($path in [IO.Directory]::GetDirectories($Folder, '*.partial')) {
        if ([IO.Path]::GetFileName($path) -cnotmatch '^(\d{8}T\d{6}Z|rehearsal)\.partial$') {
            continue
        }
        # A scratch server outlives the PowerShell that started it; its command line names a file in its folder.
        $left = @(Get-CimInstance -ClassName Win32_Process -Filter "CommandLine LIKE '%rehearsal.conf%'" |
                Where-Object -FilterScript { $_.CommandLine.Contains("$path\") })
        foreach ($process in $left) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $null = Invoke-CimMethod -InputObject $process -MethodName Terminate
            Wait-WinProcessEnd -Process $process -Watch $watch -TimeoutSeconds 10
        }
        $null = Remove-WinItem -Path $path -Recurse $true
    }
}
