function Invoke-MemuraiLiveCommand {
    <#
    .SYNOPSIS
        Runs a command line on the running server and fails when it does not answer OK.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration; IsServerChanged becomes true when the server did, or may have done, it.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER Command
        The command line.

    .PARAMETER What
        What it is for, e.g. 'take the new values'.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiLiveCommand -Change $change -Server $server -Command $change.LiveCommand -What 'take the values'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [securestring]$Command,

        [Parameter(Mandatory = $true)]
        [string]$What
    )

    $patient = $Server.Clone()
    $patient.TimeoutSeconds = 60
    $run = Invoke-MemuraiProgram @patient -SecretCommand $Command
    if (-not $run.TimedOut -and $run.Output.Trim() -cne 'OK') {
        $text = ConvertTo-MemuraiSafeText -Source @{ Text = "$($run.Output) $($run.ErrorOutput)" } -Change $Change
        throw "Expected the running server to $What and to answer OK, found: $text"
    }
    $Change.IsServerChanged = $true
    if ($run.TimedOut) {
        throw "Expected the running server to $What within 60 s, found no answer. Is it busy or blocked?"
    }
}
