function Copy-MemuraiAppendOnly {
    <#
    .SYNOPSIS
        Copies the append-only file as it is between two rewrites, and checks the copy.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][hashtable]$Job,
        [Parameter(Mandatory = $true)][string]$Destination
    )

    if ((Get-MemuraiJobInformation -Job $Job)['aof_enabled'] -cne '1') {
        throw ('Expected a server that writes an append-only file, found aof_enabled:0. Back up without it, or ' +
            'enable it.')
    }
    $source = [IO.Path]::Combine($Job.Data, $Job.AppendOnlyFolder)
    for ($attempt = 1; ; $attempt++) {
        try {
            Copy-MemuraiAppendOnlyPart -Path $source -Destination $Destination
            Assert-MemuraiAppendOnlyFile -CheckPath $Job.CheckPath -Folder $Destination
            return
        }
        catch {
            # A rewrite may have begun or ended meanwhile, and a command that was being written be copied by half.
            if ($attempt -eq 5) {
                throw
            }
        }
    }
}
