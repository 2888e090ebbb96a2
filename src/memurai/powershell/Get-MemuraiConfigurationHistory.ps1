function Get-MemuraiConfigurationHistory {
    <#
    .SYNOPSIS
        Lists the earlier configurations that Set-MemuraiConfiguration kept.

    .PARAMETER HistoryFolder
        Absolute path of their folder.

    .OUTPUTS
        [pscustomobject] with the properties
        HistoryFolder: full path of the folder.
        Entries: newest first, objects with Name, Sha256, SizeBytes and LastWriteTimeUtc (when that configuration was
            written, ISO 8601 in UTC); none when there is no such folder.

    .EXAMPLE
        Get-MemuraiConfigurationHistory -HistoryFolder C:\ProgramData\Memurai\config\history
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$HistoryFolder
    )

    $folder = Resolve-WinPath -Path $HistoryFolder
    $entries = @(foreach ($file in @(Get-MemuraiHistoryFile -Folder $folder)) {
            [pscustomobject]@{
                Name             = [IO.Path]::GetFileName($file)
                Sha256           = Get-WinFileHash -Path $file
                SizeBytes        = [IO.FileInfo]::new($file).Length
                LastWriteTimeUtc = ConvertTo-WinTimeText -Time ([IO.File]::GetLastWriteTimeUtc($file))
            }
        })
    return [pscustomobject]@{ HistoryFolder = $folder; Entries = $entries }
}
