function Register-WinTask {
    <#
    .SYNOPSIS
        Creates the scheduled task of a name, or replaces it.

    .DESCRIPTION
        The task is enabled and runs as a service account with all its rights. A start that was missed is made up for, a
        start while it runs is ignored, and batteries make no difference to it.

    .PARAMETER Name
        Name of the task.

    .PARAMETER Description
        Text for people.

    .PARAMETER Execute
        Program that it runs.

    .PARAMETER Arguments
        Arguments of the program, quoted as it needs them. Everybody on the host may read them.

    .PARAMETER WorkingDirectory
        Folder that the program starts in.

    .PARAMETER UserSid
        Security identifier of the account: S-1-5-18 (SYSTEM), S-1-5-19 (LocalService) or S-1-5-20 (NetworkService).

    .PARAMETER At
        Time of day as HH:mm, by the host's clock: it runs daily then.

    .PARAMETER EveryMinutes
        It runs every so many minutes for ever, counted from a midnight. Either this or At has to be given.

    .PARAMETER ExecutionTimeLimitMinutes
        Minutes after which a run is ended.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the task.
        Created: whether there was none of that name.

    .EXAMPLE
        Register-WinTask -Name 'Memurai backup' -Execute 'C:\Windows\System32\cmd.exe' -Arguments '/c exit 0' -At 02:30
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][ValidatePattern('^[^\\/:*?"<>|\[\]]+$')][string]$Name,
        [string]$Description,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Execute,
        [string]$Arguments,
        [string]$WorkingDirectory,
        [ValidatePattern('^S-1-5-(18|19|20)$')][string]$UserSid = 'S-1-5-18',
        [ValidatePattern('^([01]\d|2[0-3]):[0-5]\d$')][string]$At,
        [ValidateRange(1, 1440)][int]$EveryMinutes,
        [ValidateRange(1, 44640)][int]$ExecutionTimeLimitMinutes = 60
    )

    if ($PSBoundParameters.ContainsKey('At') -eq $PSBoundParameters.ContainsKey('EveryMinutes')) {
        throw "Expected either At or EveryMinutes for the scheduled task '\$Name', found both or none. Give one."
    }
    $created = $null -eq (Get-WinTaskInstance -Name $Name)
    if ($PSCmdlet.ShouldProcess("\$Name", 'Create or replace scheduled task')) {
        # What is empty is not given: the cmdlet takes no empty text for none.
        $action = @{ Execute = $Execute; ErrorAction = 'Stop' }
        if ($Arguments.Length -gt 0) {
            $action.Argument = $Arguments
        }
        if ($WorkingDirectory.Length -gt 0) {
            $action.WorkingDirectory = $WorkingDirectory
        }
        $settings = @{
            AllowStartIfOnBatteries    = $true
            DontStopIfGoingOnBatteries = $true
            StartWhenAvailable         = $true
            MultipleInstances          = 'IgnoreNew'
            ExecutionTimeLimit         = [timespan]::FromMinutes($ExecutionTimeLimitMinutes)
        }
        # The cmdlets are functions of another module, to which this module's $ErrorActionPreference means nothing.
        $account = @{ UserId = $UserSid; LogonType = 'ServiceAccount'; RunLevel = 'Highest'; ErrorAction = 'Stop' }
        $task = @{
            TaskName  = $Name
            TaskPath  = '\'
            Action    = New-ScheduledTaskAction @action
            Trigger   = ConvertTo-WinTaskTrigger -At $At -EveryMinutes $EveryMinutes
            Settings  = New-ScheduledTaskSettingsSet @settings -ErrorAction Stop
            Principal = New-ScheduledTaskPrincipal @account
        }
        if ($Description.Length -gt 0) {
            $task.Description = $Description
        }
        $null = Register-ScheduledTask @task -Force -ErrorAction Stop
    }
    return [pscustomobject]@{ Name = $Name; Created = $created }
}
