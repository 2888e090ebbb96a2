function Get-MemuraiSlowLog {
    <#
    .SYNOPSIS
        Returns the entries of the slow log, newest first, without the values of arguments.

    .DESCRIPTION
        A script that changes nothing picks what is wanted inside the server: arguments are secrets or personal data
        and never leave it. A renamed command, whose new name is a secret, comes under its own name.

    .PARAMETER Server
        Parameters of Invoke-MemuraiCommand besides the command.

    .OUTPUTS
        [pscustomobject] with the properties
        Entries: objects with Id, TimeUtc, Microseconds, Command, Arguments (how many) and ClientAddress.
        Reason: why they are not known, else null.

    .EXAMPLE
        Get-MemuraiSlowLog -Server $server
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Server
    )

    # The server keeps the first 32 words of a command, the last of them being '... (40 more arguments)'.
    $script = @'
local found = {}
for _, entry in ipairs(redis.call('SLOWLOG', 'GET', ARGV[1])) do
  local words = entry[4]
  local command = redis.call('COMMAND', 'INFO', words[1])[1]
  local more = #words == 32 and string.match(words[32], '^%.%.%. %((%d+) more arguments%)$')
  found[#found + 1] = string.format('%d %d %d %s %d %s', entry[1], entry[2], entry[3],
    command and command[1] or 'unknown', #words - 1 + (more and more - 1 or 0), entry[5])
end
return found
'@
    $answer = Get-MemuraiAnswer -Server $Server -Arguments 'EVAL_RO', ($script -replace '\s+', ' '), '0', '128'
    $entries = @()
    if ($answer.IsAnswer) {
        $entries = @(foreach ($line in @($answer.Text -split '[\r\n]+' -ne '')) {
                $words = $line.Split([char[]]' ', 6)
                [pscustomobject]@{
                    Id            = [long]$words[0]
                    TimeUtc       = ConvertTo-MemuraiTimeText -Seconds $words[1]
                    Microseconds  = [long]$words[2]
                    Command       = $words[3]
                    Arguments     = [int]$words[4]
                    ClientAddress = $words[5]
                }
            })
    }
    return [pscustomobject]@{ Entries = $entries; Reason = $(if ($answer.IsAnswer) { $null } else { $answer.Text }) }
}
