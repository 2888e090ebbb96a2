function Get-MemuraiWholeBackupName {
    <#
    .SYNOPSIS
        Returns the name of the newest backup that is whole and whose age is known; nothing when there is none.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder,
        [Parameter(Mandatory = $true)][string]$CheckPath
    )

    foreach ($name in @(Get-MemuraiBackupName -Folder $Folder)) {
        try {
            $manifest = Read-MemuraiWholeBackup -Folder $Folder -Name $name -CheckPath $CheckPath
        }
        catch {
            Write-Verbose -Message "${name}: $($_.Exception.Message)"
            continue
        }
        $taken = ConvertFrom-MemuraiTimeText -Text $manifest.TakenUtc
        if (-not (Test-MemuraiFutureTime -Time $taken -Now ([datetime]::UtcNow))) {
            return $name
        }
    }
}
