function Invoke-WinChange {
    <#
    .SYNOPSIS
        Carries out a list of steps to its end, or undoes what it has done.

    .DESCRIPTION
        Files of the folder, which only SYSTEM and administrators may use: lock, held open while a change runs;
        journal, a line a step, on the disk before the step runs, with the call that undoes it; outcomes, how the last
        changes ended.

        What an earlier change left unfinished is undone first. An error undoes all steps from the last to the first,
        also where one of them can't be undone, unless that one is a barrier; then the journal stays, and whoever comes
        next calls all of them again. It stays also when this process dies. A step that is not over in time may be
        ended, with this process, by whoever comes next.

    .PARAMETER Name
        Name of the change, for people.

    .PARAMETER Folder
        Absolute path of the folder of changes of whatever is changed; one change at a time runs there.

    .PARAMETER Steps
        Objects with Why, a text for people; Do, an object with Function, the name of a function of this library, and
        Parameters, an object; Undo, the same as JSON, true whenever and however often it is called, or null;
        TimeoutSeconds, after which the step is taken for one that hangs; and, where it counts, IsBarrier, whether the
        steps before it are not undone as long as it can't be.

    .PARAMETER Afterwards
        The same, Undo being null: what is done when the change is over and can't fail any more.

    .PARAMETER KeptSecrets
        Secrets of undo calls, whose parameters name them by {"$kept": 0}, the position in this list. They wait in the
        journal, protected for this host.

    .OUTPUTS
        [pscustomobject] with the properties
        Name: name of the change.
        Results: what each step's function returned.
        Warnings: what went wrong afterwards.
        Former: name of the change that was found unfinished and undone; null without one.
        ElapsedMilliseconds: how long it took.

    .EXAMPLE
        Invoke-WinChange -Name 'Configuration' -Folder C:\ProgramData\Memurai\changes -Steps $steps
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Folder,

        [Parameter(Mandatory = $true)]
        [psobject[]]$Steps,

        [psobject[]]$Afterwards = @(),

        [AllowEmptyCollection()]
        [securestring[]]$KeptSecrets = @()
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $full = Resolve-WinPath -Path $Folder
    Assert-WinChangeStep -Steps ($Steps + $Afterwards)
    Initialize-WinChangeFolder -Path $full
    $lock = Enter-WinChange -Folder $full -Change $Name
    try {
        $former = Complete-WinChange -Folder $full -Lock $lock -Reason "It was found unfinished before '$Name'."
        if ($former.Outcome -ceq 'Broken') {
            throw ("Expected to undo the unfinished change '$($former.Name)' first, found: $($former.Problem). " +
                "Nothing of '$Name' was begun. Mend that and run again; the journal in '$full' keeps what is to do.")
        }
        $run = Invoke-WinChangeStep -Folder $full -Lock $lock -Name $Name -Steps $Steps -KeptSecrets $KeptSecrets
        $end = Complete-WinChange -Folder $full -Lock $lock -Reason ([string]$run.Failure)
        if ($null -ne $run.Failure) {
            throw "$($run.Failure) $(Get-WinChangeMeaning -Folder $full -End $end)"
        }
        $warnings = @($end.Problem | Where-Object { $_ }) + @(foreach ($step in $Afterwards) {
                try {
                    Write-WinChangeHolder -Lock $lock -Change $Name -Step $step.Why -TimeoutSeconds $step.TimeoutSeconds
                    $null = Invoke-WinCall -Call $step.Do
                }
                catch {
                    "$($step.Why): $($_.Exception.GetBaseException().Message)"
                }
            })
    }
    finally {
        $lock.Dispose()
    }
    return [pscustomobject]@{
        Name                = $Name
        Results             = $run.Results
        Warnings            = $warnings
        Former              = $(if ($former.Outcome -ceq 'Undone') { $former.Name })
        ElapsedMilliseconds = [long]$watch.Elapsed.TotalMilliseconds
    }
}
