function Undo-MemuraiChange {
    <#
    .SYNOPSIS
        Undoes what changes of a server and of its product left unfinished; returns what became of each, as outcomes.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)][pscustomobject]$Settings
    )

    foreach ($folder in $Settings.ChangeFolders) {
        $full = Resolve-WinPath -Path $folder
        if (-not [IO.File]::Exists([IO.Path]::Combine($full, 'journal'))) {
            continue
        }
        try {
            # Windows keeps the text of what PowerShell loads in an event log: these many functions not at each check.
            $module = Import-Module -Name (Resolve-WinPath -Path $Settings.UndoModule) -PassThru -Scope Local
            $undo = $module.ExportedFunctions['Undo-WinChange']
            $end = & $undo -Folder $full -Reason 'It was found unfinished by the health check.'
        }
        catch {
            $problem = $_.Exception.GetBaseException().Message
            $end = [pscustomobject]@{ Name = $null; Outcome = 'Broken'; Problem = $problem }
        }
        $end
        # A change of the product holds those of its servers: who undoes it must not find their locks taken.
        if ($end.Outcome -ceq 'UnderWay') {
            return
        }
    }
}
