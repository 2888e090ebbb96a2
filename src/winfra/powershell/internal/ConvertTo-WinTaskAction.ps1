function ConvertTo-WinTaskAction {
    <#
    .SYNOPSIS
        Returns the action of a scheduled task that runs a program.

    .PARAMETER Execute
        The program.

    .PARAMETER Arguments
        Its arguments, empty for none.

    .PARAMETER Directory
        Folder that it starts in, empty for Windows' choice.

    .OUTPUTS
        [CimInstance] of MSFT_TaskExecAction

    .EXAMPLE
        ConvertTo-WinTaskAction -Execute 'C:\Windows\System32\cmd.exe' -Arguments '/c exit 0' -Directory ''
    #>
    [CmdletBinding()]
    [OutputType([CimInstance])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Execute,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Arguments,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Directory
    )

    # What is empty is not given: the cmdlet takes no empty text for none.
    $action = @{ Execute = $Execute }
    if ($Arguments.Length -gt 0) {
        $action.Argument = $Arguments
    }
    if ($Directory.Length -gt 0) {
        $action.WorkingDirectory = $Directory
    }
    return New-ScheduledTaskAction @action -ErrorAction Stop
}
