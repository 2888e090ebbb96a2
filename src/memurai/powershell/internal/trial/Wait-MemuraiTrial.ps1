function Wait-MemuraiTrial {
    <#
    .SYNOPSIS
        Waits until a trial answers PONG to its password, and returns nothing then; else what happened instead.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][Diagnostics.Process]$Process,
        [Parameter(Mandatory = $true)][hashtable]$Server,
        [Parameter(Mandatory = $true)][int]$TimeoutSeconds
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $run = Invoke-MemuraiProgram @Server -Arguments PING
        # Asked after PING: the answer may be that of another server that took the port first.
        if ($Process.HasExited) {
            return "it ended with exit code $($Process.ExitCode)"
        }
        $answer = "$($run.Output.Trim()) $($run.ErrorOutput.Trim())".Trim()
        if (Test-MemuraiOpenAnswer -Text $answer) {
            return "it runs, but has not read this file: it asks for no password ($answer)"
        }
        if ($run.Output.Trim() -ceq 'PONG') {
            return
        }
        if ($answer -cmatch 'NOAUTH|WRONGPASS|NOPERM|ERR ') {
            return "it runs but answered PING with: $answer (does the password belong to this configuration?)"
        }
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            return "it did not answer PONG within $TimeoutSeconds s, but: $answer"
        }
        Start-Sleep -Milliseconds 100
    }
}
