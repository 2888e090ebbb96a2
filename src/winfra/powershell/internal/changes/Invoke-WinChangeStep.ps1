function Invoke-WinChangeStep {
    <#
    .SYNOPSIS
        Runs the steps of a change, each after its line is on the disk; returns what they answered and why one failed.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [IO.FileStream]$Lock,

        [Parameter(Mandatory = $true)]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [psobject[]]$Steps,

        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [securestring[]]$KeptSecrets
    )

    $results = [Collections.Generic.List[object]]::new()
    $failure = $null
    $doing = 'the journal'
    try {
        $path = Join-Path -Path $Folder -ChildPath 'journal'
        # A buffer of one byte is none: what was written does not wait to be tried again.
        $journal = Invoke-WinRetry -Action { [IO.FileStream]::new($path, 'CreateNew', 'Write', 'Read', 1) }
        try {
            $began = ConvertTo-WinTimeText -Time ([DateTime]::UtcNow)
            $secrets = [string[]]@(foreach ($secret in $KeptSecrets) { (Protect-WinSecret -Secret $secret).Text })
            $begin = [ordered]@{ Kind = 'begin'; Name = $Name; BeganUtc = $began; Secrets = $secrets }
            Write-WinChangeText -Stream $journal -Text (ConvertTo-WinChangeLine -Entry $begin)
            foreach ($step in $Steps) {
                $doing = $step.Why
                $seconds = [int]$step.TimeoutSeconds
                $barrier = $step.PSObject.Properties['IsBarrier']
                $line = [ordered]@{
                    Kind = 'step'; Why = $doing; Undo = $step.Undo; Seconds = $seconds
                    IsBarrier = $null -ne $barrier -and [bool]$barrier.Value
                }
                Write-WinChangeText -Stream $journal -Text (ConvertTo-WinChangeLine -Entry $line)
                Write-WinChangeHolder -Lock $Lock -Change $Name -Step $doing -TimeoutSeconds $seconds
                $results.Add((Invoke-WinCall -Call $step.Do))
            }
            $doing = 'the commit'
            Write-WinChangeText -Stream $journal -Text (ConvertTo-WinChangeLine -Entry @{ Kind = 'commit' })
        }
        finally {
            $journal.Dispose()
        }
    }
    catch {
        $failure = "$($doing): $($_.Exception.GetBaseException().Message)"
    }
    return [pscustomobject]@{ Results = $results.ToArray(); Failure = $failure }
}
