function Get-WinRegistryValue {
    <#
    .SYNOPSIS
        Returns whether a key of HKEY_LOCAL_MACHINE exists, and one of its values.
    #>
    # Reads the 64-bit view, whichever PowerShell runs.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Key,
        [string]$Name = ''
    )

    $hive = [Microsoft.Win32.RegistryHive]::LocalMachine
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, [Microsoft.Win32.RegistryView]::Registry64)
    try {
        $opened = $root.OpenSubKey($Key)
        if ($null -eq $opened) {
            return [pscustomobject]@{ KeyExists = $false; Value = $null }
        }
        try {
            return [pscustomobject]@{ KeyExists = $true; Value = $opened.GetValue($Name) }
        }
        finally {
            $opened.Dispose()
        }
    }
    finally {
        $root.Dispose()
    }
}
