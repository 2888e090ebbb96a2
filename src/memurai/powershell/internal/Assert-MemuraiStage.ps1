function Assert-MemuraiStage {
    <#
    .SYNOPSIS
        Fails when the staged file or the scratch folder is not what it must be; nothing has been changed then.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration; IsScratchOurs becomes true.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiStage -Change $change
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    if ((Get-WinPathKind -Path $Change.Staged) -ne 'File') {
        throw "Expected the staged configuration '$($Change.Staged)', found no such file. Upload it first."
    }
    $found = Get-WinFileHash -Path $Change.Staged
    if ($found -cne $Change.Sha256) {
        throw "Expected SHA-256 $($Change.Sha256) of '$($Change.Staged)', found $found. Upload it again."
    }
    if ([IO.Path]::GetDirectoryName($Change.Staged) -ne [IO.Path]::GetDirectoryName($Change.Target)) {
        throw "Expected the staged configuration beside '$($Change.Target)', found '$($Change.Staged)'. Stage it there."
    }
    if ($Change.EnableAppendOnly -and $null -eq $Change.AppendOnlyCommand) {
        throw 'Expected AppendOnlyCommand with EnableAppendOnly, found none. Give the command.'
    }
    Assert-MemuraiEmptyPlace -Path $Change.Scratch
    $Change.IsScratchOurs = $true
}
