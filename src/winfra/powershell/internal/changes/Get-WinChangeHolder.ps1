function Get-WinChangeHolder {
    <#
    .SYNOPSIS
        Returns who holds the lock of a folder of changes now; nothing when nobody does, nulls for who is not known.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Folder
    )

    $path = Join-Path -Path $Folder -ChildPath 'lock'
    if (-not [IO.File]::Exists($path)) {
        return
    }
    try {
        # Who holds it has it open to write, which this does not share.
        [IO.FileStream]::new($path, 'Open', 'Read', 'Read').Dispose()
    }
    catch [IO.IOException] {
        $holder = Read-WinChangeHolder -Path $path
        if ($null -eq $holder) {
            $holder = [pscustomobject]@{ Change = $null; Step = $null; ProcessId = $null }
        }
        return $holder
    }
}
