function Get-WinHostSummary {
    <#
    .SYNOPSIS
        Says what a host is, what it has, and whether it waits for a restart.

    .OUTPUTS
        [pscustomobject] with the properties
        ComputerName: name of the host.
        OperatingSystem: name of the release, e.g. Microsoft Windows Server 2022 Standard.
        OperatingSystemVersion: e.g. 10.0.20348.
        PowerShellVersion: e.g. 5.1.20348.1.
        UserName: account that the session runs as.
        UserSid: its security identifier.
        Elevated: whether it has administrator rights in this session.
        ProcessorCount: number of logical processors.
        MemoryBytes: size of the memory in bytes.
        MemoryFreeBytes: free memory in bytes.
        Volumes: the fixed drives, objects with Root, SizeBytes, FreeBytes.
        PendingReboot: whether Windows waits for a restart.
        PendingRebootReasons: what it waits for.
        LastBootTimeUtc: time of the last start, ISO 8601 in UTC.

    .EXAMPLE
        Get-WinHostSummary
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param()

    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $administrator = [Security.Principal.WindowsBuiltInRole]::Administrator
    $volumes = foreach ($disk in Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType = 3') {
        # A volume that is locked or not formatted has no size.
        if ($null -ne $disk.Size) {
            [pscustomobject]@{
                Root      = "$($disk.DeviceID)\"
                SizeBytes = [long]$disk.Size
                FreeBytes = [long]$disk.FreeSpace
            }
        }
    }
    $reasons = @(Get-WinPendingReboot)
    return [pscustomobject]@{
        ComputerName           = [Environment]::MachineName
        OperatingSystem        = $system.Caption
        OperatingSystemVersion = $system.Version
        PowerShellVersion      = "$($PSVersionTable.PSVersion)"
        UserName               = $identity.Name
        UserSid                = $identity.User.Value
        Elevated               = [Security.Principal.WindowsPrincipal]::new($identity).IsInRole($administrator)
        ProcessorCount         = [int]$computer.NumberOfLogicalProcessors
        MemoryBytes            = [long]$computer.TotalPhysicalMemory
        MemoryFreeBytes        = [long]$system.FreePhysicalMemory * 1024
        Volumes                = @($volumes | Where-Object -FilterScript { $null -ne $_ })
        PendingReboot          = $reasons.Length -gt 0
        PendingRebootReasons   = $reasons
        LastBootTimeUtc        = ConvertTo-WinTimeText -Time $system.LastBootUpTime
    }
}
