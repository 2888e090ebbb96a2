function Set-WinService {
    <#
    .SYNOPSIS
        Creates a service if need be and gives it the settings that are given; the others stay as they are.

    .FUNCTIONALITY
        Undoes steps of changes.

    .PARAMETER Name
        Name of the service, not its display name.

    .PARAMETER ImagePath
        Command line of its program, quoted as Windows needs it. Needed when the service does not exist.

    .PARAMETER DisplayName
        Name for people.

    .PARAMETER Description
        Text for people.

    .PARAMETER Account
        Account without a password: LocalSystem, NT AUTHORITY\LocalService, NT AUTHORITY\NetworkService,
        NT SERVICE\<name>, or a group managed service account, whose name ends in $, and which somebody has given the
        right to log on as a service (secpol.msc, or a group policy): only the others have it by themselves.

    .PARAMETER StartType
        Automatic, Manual or Disabled.

    .PARAMETER RecoveryResetSeconds
        Seconds without a failure after which failures are counted anew.

    .PARAMETER RecoveryActions
        Texts such as restart/5000 or none/0, one a failure: the action and the milliseconds to wait before it.

    .PARAMETER RecoverOnNonCrashFailures
        Whether a stop with an exit code other than 0 counts as a failure.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the service.
        Created: whether it was created now.

    .EXAMPLE
        Set-WinService -Name Memurai -StartType Automatic -Account 'NT SERVICE\Memurai'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Name,
        [ValidateNotNullOrEmpty()][string]$ImagePath,
        [ValidateNotNullOrEmpty()][string]$DisplayName,
        # To Set-Service and to the service control manager an empty description is none.
        [ValidateNotNullOrEmpty()][string]$Description,
        [ValidatePattern('^(LocalSystem|NT AUTHORITY\\(LocalService|NetworkService)|NT SERVICE\\[^\\/]+|.+\$)$')]
        [string]$Account,
        [ValidateSet('Automatic', 'Manual', 'Disabled')][string]$StartType,
        [ValidateRange(0, 4294967295)][long]$RecoveryResetSeconds,
        [AllowEmptyCollection()][ValidatePattern('^(restart|none)/\d+$')][string[]]$RecoveryActions,
        [bool]$RecoverOnNonCrashFailures
    )

    $given = $PSBoundParameters
    $created = $null -eq (Get-WinServiceInstance -Name $Name)
    if ($created -and -not $given.ContainsKey('ImagePath')) {
        throw "Expected the service '$Name' or an ImagePath to create it with, found neither. Give its ImagePath."
    }
    if ($PSCmdlet.ShouldProcess($Name, 'Create or change service')) {
        if ($created) {
            $null = New-Service -Name $Name -BinaryPathName $ImagePath
        }
        Update-WinServiceConfiguration -Name $Name -Settings $given
        $recovery = @{ Name = $Name }
        foreach ($setting in 'ResetSeconds', 'Actions') {
            if ($given.ContainsKey("Recovery$setting")) {
                $recovery[$setting] = $given["Recovery$setting"]
            }
        }
        if ($given.ContainsKey('RecoverOnNonCrashFailures')) {
            $recovery.OnNonCrashFailures = $RecoverOnNonCrashFailures
        }
        Update-WinServiceRecovery @recovery
    }
    return [pscustomobject]@{ Name = $Name; Created = $created }
}
