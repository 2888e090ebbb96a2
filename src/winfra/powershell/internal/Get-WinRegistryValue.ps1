function Get-WinRegistryValue {
    <#
    .SYNOPSIS
        Returns whether a key of HKEY_LOCAL_MACHINE exists, and one of its values.

    .DESCRIPTION
        Reads the 64-bit view, whichever PowerShell runs.

    .PARAMETER Key
        Path of the key below HKEY_LOCAL_MACHINE.

    .PARAMETER Name
        Name of the value.

    .OUTPUTS
        [pscustomobject] with the properties
        KeyExists: whether the key exists.
        Value: data of the value, null when there is none.

    .EXAMPLE
        Get-WinRegistryValue -Key SYSTEM\CurrentControlSet\Services\Memurai -Name ImagePath
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Key,

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
