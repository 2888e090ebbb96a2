function Get-MemuraiFreeBackupName {
    <#
    .SYNOPSIS
        Returns the name of a backup of a time: that of a later second when a clock that was set back has used it.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][string]$Folder,
        [Parameter(Mandatory = $true)][datetime]$Time
    )

    while ($true) {
        $name = $Time.ToString("yyyyMMdd'T'HHmmss'Z'", [cultureinfo]::InvariantCulture)
        if ((Get-WinPathKind -Path ([IO.Path]::Combine($Folder, $name))) -eq 'Absent') {
            return $name
        }
        $Time = $Time.AddSeconds(1)
    }
}
