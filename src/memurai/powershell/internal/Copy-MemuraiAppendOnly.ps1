function Copy-MemuraiAppendOnly {
    <#
    .SYNOPSIS
        Copies the append-only file while its rewrites are held, and checks the copy.

    .DESCRIPTION
        A rewrite would remove files that the copied manifest names. What holds afterwards is taken from the
        configuration file: a run that ended half way may have left 0 in the server.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Destination
        Full path of the folder to make.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Copy-MemuraiAppendOnly -Job $job -Destination $copy
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [string]$Destination
    )

    $directive = @{ Name = 'auto-aof-rewrite-percentage' }
    $former = Get-MemuraiDirectiveValue -Path $Job.ConfigurationPath @directive -Default '100'
    $source = [IO.Path]::Combine($Job.Data, $Job.AppendOnlyFolder)
    $reasons = @()
    try {
        Invoke-MemuraiConfigSet -Job $Job @directive -Value '0'
        Wait-MemuraiRewrite -Job $Job
        for ($attempt = 1; ; $attempt++) {
            Copy-MemuraiAppendOnlyPart -Path $source -Destination $Destination
            try {
                Assert-MemuraiAppendOnlyFile -CheckPath $Job.CheckPath -Folder $Destination
                break
            }
            catch {
                # A command that is just being written may be copied by half.
                if ($attempt -eq 3) {
                    throw
                }
            }
        }
    }
    catch {
        $reasons += $_.Exception.GetBaseException().Message
    }
    try {
        Invoke-MemuraiConfigSet -Job $Job @directive -Value $former
    }
    catch {
        $reasons += "Rewrites of the append-only file may still be held: $($_.Exception.GetBaseException().Message)"
    }
    if ($reasons.Length -gt 0) {
        throw ($reasons -join ' ')
    }
}
