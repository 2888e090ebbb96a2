function Get-MemuraiKeySample {
    <#
    .SYNOPSIS
        Counts the keys of a pattern and how long they live, in a bounded part of database 0.

    .DESCRIPTION
        In steps of 500 keys, so that the server is never busy with it for long. A script that changes nothing counts
        inside the server, which no key leaves.

    .PARAMETER Server
        Parameters of Invoke-MemuraiCommand besides the command.

    .PARAMETER Pattern
        The pattern, as SCAN takes it.

    .PARAMETER SampleKeys
        About how many keys are looked at; of a greater database, that is an arbitrary part.

    .OUTPUTS
        [pscustomobject] with the properties
        Pattern: the pattern.
        Keys: how many of the keys that were looked at have it.
        SampledKeys: how many were looked at.
        WithoutExpiry: how many of Keys never expire.
        AverageTtlSeconds: average time that the others have left, in seconds; null when there are none.
        Complete: whether all keys were looked at.
        Reason: why it is not known, else null.

    .EXAMPLE
        Get-MemuraiKeySample -Server $server -Pattern ratelimit:* -SampleKeys 10000
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server,

        [Parameter(Mandatory = $true)]
        [string]$Pattern,

        [Parameter(Mandatory = $true)]
        [int]$SampleKeys
    )

    # The first SCAN tells how many keys the second looked at; nothing comes between the two.
    $script = @'
local all = redis.call('SCAN', ARGV[1], 'COUNT', 500)
local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 500)
local keys, lasting, seconds = 0, 0, 0
for _, key in ipairs(page[2]) do
  local left = redis.call('TTL', key)
  if left ~= -2 then keys = keys + 1 end
  if left == -1 then lasting = lasting + 1 end
  if left > 0 then seconds = seconds + left end
end
return string.format('%s %d %d %d %.0f', page[1], #all[2], keys, lasting, seconds)
'@
    $total = @{ Cursor = '0'; Looked = 0L; Keys = 0L; Lasting = 0L; Seconds = 0L }
    $reason = $null
    do {
        $words = 'EVAL_RO', ($script -replace '\s+', ' '), '0', $total.Cursor, $Pattern
        $answer = Get-MemuraiAnswer -Server $Server -Arguments $words
        if ($answer.IsAnswer) {
            $total.Cursor, $numbers = $answer.Text.Trim().Split([char[]]' ')
            $total.Looked += [long]$numbers[0]
            $total['Keys'] += [long]$numbers[1]
            $total.Lasting += [long]$numbers[2]
            $total.Seconds += [long]$numbers[3]
        }
        else {
            $reason = $answer.Text
        }
    } while ($null -eq $reason -and $total.Cursor -cne '0' -and $total.Looked -lt $SampleKeys)
    $limited = $total['Keys'] - $total.Lasting
    return [pscustomobject]@{
        Pattern           = $Pattern
        Keys              = $total['Keys']
        SampledKeys       = $total.Looked
        WithoutExpiry     = $total.Lasting
        AverageTtlSeconds = $(if ($limited -gt 0) { [long][Math]::Floor($total.Seconds / $limited) } else { $null })
        Complete          = $null -eq $reason -and $total.Cursor -ceq '0'
        Reason            = $reason
    }
}
