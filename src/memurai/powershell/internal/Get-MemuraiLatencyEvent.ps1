function Get-MemuraiLatencyEvent {
    <#
    .SYNOPSIS
        Returns the latest event of each kind that the server's latency monitor saw.

    .PARAMETER Server
        Parameters of Invoke-MemuraiCommand besides the command.

    .OUTPUTS
        [pscustomobject] with the properties
        Entries: objects with Event, TimeUtc, LatestMilliseconds and MaximumMilliseconds.
        Reason: why they are not known, else null.

    .EXAMPLE
        Get-MemuraiLatencyEvent -Server $server
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server
    )

    $answer = Get-MemuraiAnswer -Server $Server -Arguments 'LATENCY', 'LATEST'
    if (-not $answer.IsAnswer) {
        return [pscustomobject]@{ Entries = @(); Reason = $answer.Text }
    }
    $lines = @($answer.Text -split '[\r\n]+' -ne '')
    $entries = @(for ($index = 0; $index + 3 -lt $lines.Length; $index += 4) {
            [pscustomobject]@{
                Event               = $lines[$index]
                TimeUtc             = ConvertTo-MemuraiTimeText -Seconds $lines[$index + 1]
                LatestMilliseconds  = [long]$lines[$index + 2]
                MaximumMilliseconds = [long]$lines[$index + 3]
            }
        })
    return [pscustomobject]@{ Entries = $entries; Reason = $null }
}
