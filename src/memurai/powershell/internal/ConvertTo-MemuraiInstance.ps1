function ConvertTo-MemuraiInstance {
    <#
    .SYNOPSIS
        Returns the table of one instance that an update stops and starts.

    .PARAMETER Item
        Object or table with ServiceName, ConfigurationPath, HoldsData, Address, Port, Password, User, TlsCaFile,
        TlsCertFile, TlsKeyFile, DataFolder and DataNames. One that holds no data (a Sentinel) has empty ones after
        HoldsData.

    .PARAMETER CliPath
        Absolute path of memurai-cli.exe.

    .PARAMETER Aside
        Full path of the folder for the copy of its data.

    .OUTPUTS
        [hashtable]

    .EXAMPLE
        ConvertTo-MemuraiInstance -Item $neighbour -CliPath $cli -Aside "$aside-of-$($neighbour.ServiceName)"
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [psobject]$Item,

        [Parameter(Mandatory = $true)]
        [string]$CliPath,

        [Parameter(Mandatory = $true)]
        [string]$Aside
    )

    return @{
        ServiceName   = $Item.ServiceName
        Configuration = Resolve-WinPath -Path $Item.ConfigurationPath
        HoldsData     = [bool]$Item.HoldsData
        Server        = @{
            CliPath = $CliPath; Address = $Item.Address; Port = $Item.Port; Password = $Item.Password
            User = $Item.User; TlsCaFile = $Item.TlsCaFile; TlsCertFile = $Item.TlsCertFile
            TlsKeyFile = $Item.TlsKeyFile
        }
        Data          = $(if ($Item.HoldsData) { Resolve-WinPath -Path $Item.DataFolder } else { '' })
        DataNames     = [string[]]@($Item.DataNames)
        Aside         = $Aside
    }
}
