function Get-MemuraiJobInformation {
    <#
    .SYNOPSIS
        Returns the fields of INFO of the server that is backed up; fails when it does not answer.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job
    )

    $server = $Job.Server
    $answer = Invoke-MemuraiCommand -Server $server -TimeoutSeconds $server.TimeoutSeconds -Arguments INFO
    $fields = ConvertFrom-MemuraiInformation -Text $answer.Output
    if (-not $fields.ContainsKey('rdb_last_save_time')) {
        throw ("Expected INFO from $($Job.Address):$($Job.Port), found: $($answer.Output.Trim()) " +
            "$($answer.ErrorOutput.Trim()). Does the server run, and does it know the backup's user?")
    }
    return $fields
}
