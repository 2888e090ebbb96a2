function Undo-WinChangeStep {
    <#
    .SYNOPSIS
        Calls what undoes the steps of a journal, from the last to the first, also after one that failed.
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType([string[]])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [object[]]$Entries,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [IO.FileStream]$Lock
    )

    $secrets = [string[]]@($Entries[0].Secrets)
    # Where one failed, all of them are called again by whoever comes next: the order counts (the file before the
    # start), and each is true however often it is called.
    $problems = @(for ($i = $Entries.Length - 1; $i -ge 0; $i--) {
            $entry = $Entries[$i]
            if ($entry.Kind -cne 'step' -or $null -eq $entry.Undo) {
                continue
            }
            try {
                $doing = "undo: $($entry.Why)"
                Write-WinChangeHolder -Lock $Lock -Change $Name -Step $doing -TimeoutSeconds $entry.Seconds
                if ($PSCmdlet.ShouldProcess($Name, "Undo '$($entry.Why)'")) {
                    $undo = ConvertFrom-Json -InputObject $entry.Undo
                    $null = Invoke-WinCall -Call (ConvertFrom-WinChangeUndo -Value $undo -Secrets $secrets)
                }
            }
            catch {
                "$($entry.Why): $($_.Exception.GetBaseException().Message)"
                if ($entry.IsBarrier) {
                    'what was done before that stays as it is'
                    break
                }
            }
        })
    return , $problems
}
