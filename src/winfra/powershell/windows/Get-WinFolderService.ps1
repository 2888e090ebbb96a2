function Get-WinFolderService {
    <#
    .SYNOPSIS
        Lists the services whose program lies in a folder.

    .PARAMETER Folder
        Absolute path of the folder. Its short name (PROGRA~1) in a service's command line is not recognised.

    .OUTPUTS
        [pscustomobject] with the properties
        Folder: full path of the folder.
        Services: by name, objects with Name, ImagePath and State (Running, Stopped, StartPending and so on).

    .EXAMPLE
        Get-WinFolderService -Folder 'C:\Program Files\Memurai'
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Folder
    )

    $full = Resolve-WinPath -Path $Folder
    $services = foreach ($service in Get-CimInstance -ClassName Win32_Service) {
        # Written with quotation marks or without, with either slash, in any case.
        $program = ([string]$service.PathName -replace '^[\s"]+', '').Replace('/', '\')
        if ($program.StartsWith("$full\", [StringComparison]::OrdinalIgnoreCase)) {
            [pscustomobject]@{
                Name      = $service.Name
                ImagePath = $service.PathName
                State     = Get-WinServiceState -Service $service
            }
        }
    }
    return [pscustomobject]@{
        Folder   = $full
        Services = @($services | Where-Object -FilterScript { $null -ne $_ } | Sort-Object -Property Name)
    }
}
