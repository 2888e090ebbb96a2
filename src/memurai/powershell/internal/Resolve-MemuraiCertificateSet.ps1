function Resolve-MemuraiCertificateSet {
    <#
    .SYNOPSIS
        Returns the files with which the running server answers, before anything is changed; fails when there are none.

    .DESCRIPTION
        Kept: those that an earlier run, ended half way, put aside. Present: those in place. Staged: the new ones, for a
        server whose files somebody removed. When the server has taken the present ones, what was put aside goes.

    .PARAMETER Change
        The table of Set-MemuraiCertificate.

    .OUTPUTS
        [string], Kept, Present or Staged.

    .EXAMPLE
        Resolve-MemuraiCertificateSet -Change $change
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $left = @(foreach ($file in $Change.Files) {
            if ((Get-WinPathKind -Path $file.Kept) -eq 'File') {
                $file.Kept
            }
        })
    $sets = @('Present', 'Staged')
    if ($left.Length -gt 0) {
        $sets = @('Kept') + $sets
    }
    $answer = ''
    foreach ($set in $sets) {
        $server = Get-MemuraiCertificateServer -Change $Change -Set $set
        $run = Invoke-MemuraiProgram @server -Arguments PING
        if (-not $run.TimedOut -and $run.Output.Trim() -ceq 'PONG') {
            if ($set -ne 'Kept') {
                foreach ($path in $left) {
                    $null = Remove-WinItem -Path $path
                }
            }
            return $set
        }
        $answer = "$($run.Output) $($run.ErrorOutput)"
    }
    $text = ConvertTo-MemuraiSafeText -Source @{ Text = $answer } -Change $Change
    throw ('Expected the running server to answer encrypted with its present certificates, found: ' +
        "$text. Nothing was changed; look at the server's log.")
}
