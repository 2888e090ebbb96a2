function Invoke-MemuraiUserCommand {
    <#
    .SYNOPSIS
        Sends a running server commands that change its users, and has it load its file again when it refuses one.

    .PARAMETER Server
        Parameters of Invoke-MemuraiProgram besides the command.

    .PARAMETER Command
        The command lines, one a line.

    .PARAMETER ReturnCommand
        Command line by which the server loads its file again.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Invoke-MemuraiUserCommand -Server $server -Command $lines -ReturnCommand $load
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [securestring]$Command,

        [Parameter(Mandatory = $true)]
        [securestring]$ReturnCommand
    )

    $lines = @([Net.NetworkCredential]::new('', $Command).Password -split "`n" -ne '')
    $run = Invoke-MemuraiProgram @Server -SecretCommand $Command
    # OK to a user that is set, a number to users that are deleted.
    $answers = @($run.Output -split '[\r\n]+' -match '^(OK|\d+)\s*$')
    if (-not $run.TimedOut -and $answers.Length -eq $lines.Length) {
        return
    }
    $null = Invoke-MemuraiProgram @Server -SecretCommand $ReturnCommand
    # A refused rule is quoted, and may be a password.
    $text = "$($run.Output.Trim()) $($run.ErrorOutput.Trim())".Trim() -replace "'[^']*'", "'...'"
    throw ("Expected the running server to take $($lines.Length) changes of users, found $($answers.Length) taken: " +
        "$text It has the users of its file again. Correct templates/users.acl.j2 or memurai_users.")
}
