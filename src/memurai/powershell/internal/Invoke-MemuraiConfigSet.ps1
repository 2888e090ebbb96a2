function Invoke-MemuraiConfigSet {
    <#
    .SYNOPSIS
        Gives the server that is backed up a value by CONFIG SET under its present name, which may be a secret.

    .PARAMETER Job
        The settings as Read-MemuraiBackupSetting returns them.

    .PARAMETER Name
        Name of the directive.

    .PARAMETER Value
        Its value.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiConfigSet -Job $job -Name auto-aof-rewrite-percentage -Value 0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Job,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [string]$Value
    )

    $command = 'CONFIG'
    foreach ($line in @(Get-MemuraiDirective -Path $Job.ConfigurationPath -Name rename-command)) {
        if ($line.Words[0] -eq 'CONFIG') {
            $command = $line.Words[1]
        }
    }
    if ($command -eq '') {
        throw ('Expected CONFIG to hold the rewrites of the append-only file with, found it disabled in ' +
            "'$($Job.ConfigurationPath)'. Back up without the append-only file, or rename the command.")
    }
    $server = $Job.Server
    $line = [Net.NetworkCredential]::new('', "`"$command`" SET $Name $Value").SecurePassword
    $answer = Invoke-MemuraiCommand @server -SecretCommand $line
    if ($answer.Output.Trim() -cne 'OK') {
        $text = "$($answer.Output.Trim()) $($answer.ErrorOutput.Trim())".Trim().Replace($command, 'CONFIG')
        throw "Expected OK to CONFIG SET $Name $Value, found: $text. May the backup's user do it?"
    }
}
