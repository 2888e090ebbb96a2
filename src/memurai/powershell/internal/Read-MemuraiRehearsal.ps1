function Read-MemuraiRehearsal {
    <#
    .SYNOPSIS
        Returns what rehearsal.json of a backup says; nothing when there is none.

    .PARAMETER Path
        Full path of the backup.

    .OUTPUTS
        [pscustomobject] with Ok, Reason, Keys, RehearsedUtc (a text that is a time) and DurationSeconds.

    .EXAMPLE
        Read-MemuraiRehearsal -Path C:\Backups\Redis\20260101T020000Z
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    $record = [IO.Path]::Combine($Path, 'rehearsal.json')
    if ((Get-WinPathKind -Path $record) -eq 'File') {
        $rehearsal = Read-MemuraiJson -Path $record -Kind @{
            Ok = 'bool'; Reason = 'text?'; Keys = 'integer?'; RehearsedUtc = 'text'; DurationSeconds = 'number'
        }
        $null = ConvertFrom-MemuraiTimeText -Text $rehearsal.RehearsedUtc
        return $rehearsal
    }
}
