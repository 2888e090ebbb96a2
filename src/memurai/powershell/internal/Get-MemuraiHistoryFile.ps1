function Get-MemuraiHistoryFile {
    <#
    .SYNOPSIS
        Returns the full paths of the earlier configurations in a folder, newest first, and after them those that were
        kept in the future.

    .PARAMETER Folder
        Full path of the folder, which may be missing.

    .OUTPUTS
        [string]

    .EXAMPLE
        Get-MemuraiHistoryFile -Folder C:\ProgramData\Memurai\config\history
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    if ((Get-WinPathKind -Path $Folder) -ne 'Directory') {
        return
    }
    # The names begin with the time, so that their order is that of time.
    $names = [string[]]@(foreach ($file in [IO.Directory]::GetFiles($Folder)) {
            $name = [IO.Path]::GetFileName($file)
            if ($name -cmatch '^\d{8}T\d{9}Z-[0-9a-f]{8}\.conf$') {
                $name
            }
        })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    [Array]::Reverse($names)
    $now = [datetime]::UtcNow
    $future = @($names | Where-Object -FilterScript { Test-MemuraiFutureName -Name $_ -Now $now })
    $known = @($names | Where-Object -FilterScript { $_ -notin $future })
    foreach ($name in $known + $future) {
        [IO.Path]::Combine($Folder, $name)
    }
}
