function Get-MemuraiStoredBackup {
    <#
    .SYNOPSIS
        Returns the backups in a folder that can be read, newest first, and what is wrong with the others.

    .PARAMETER Folder
        Full path of the folder, which may be missing.

    .OUTPUTS
        [hashtable] with Backups (Name, Manifest, Taken and Rehearsed as times, SizeBytes, Rehearsal, and State: passed,
        failed or none) and Problems.

    .EXAMPLE
        Get-MemuraiStoredBackup -Folder C:\Backups\Redis
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    $kinds = @{ Ok = 'bool'; Reason = 'text?'; Keys = 'integer?'; RehearsedUtc = 'text'; DurationSeconds = 'number' }
    $problems = [Collections.Generic.List[string]]::new()
    $backups = @(foreach ($name in @(Get-MemuraiBackupName -Folder $Folder)) {
            $path = [IO.Path]::Combine($Folder, $name)
            try {
                $manifest = Read-MemuraiBackupManifest -Folder $Folder -Name $name
                Assert-MemuraiBackupFile -Path $path -Manifest $manifest
            }
            catch {
                $problems.Add("${name}: $($_.Exception.GetBaseException().Message)")
                continue
            }
            $rehearsal = $null
            try {
                $record = [IO.Path]::Combine($path, 'rehearsal.json')
                if ((Get-WinPathKind -Path $record) -eq 'File') {
                    $rehearsal = Read-MemuraiJson -Path $record -Kind $kinds
                }
            }
            catch {
                $problems.Add("${name}: $($_.Exception.GetBaseException().Message)")
            }
            $state, $rehearsed = 'none', $null
            if ($null -ne $rehearsal) {
                $state = $(if ($rehearsal.Ok) { 'passed' } else { 'failed' })
                $rehearsed = ConvertFrom-MemuraiTimeText -Text $rehearsal.RehearsedUtc
            }
            [pscustomobject]@{
                Name      = $name
                Manifest  = $manifest
                Taken     = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
                SizeBytes = [long]($manifest.Files | Measure-Object -Property SizeBytes -Sum).Sum
                Rehearsal = $rehearsal
                Rehearsed = $rehearsed
                State     = $state
            }
        })
    return @{ Backups = $backups; Problems = $problems.ToArray() }
}
