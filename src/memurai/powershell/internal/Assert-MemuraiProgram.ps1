function Assert-MemuraiProgram {
    <#
    .SYNOPSIS
        Fails when a program is not there.

    .PARAMETER Path
        Full path of the program.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Assert-MemuraiProgram -Path 'C:\Program Files\Memurai\memurai.exe'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path
    )

    if ((Get-WinPathKind -Path $Path) -ne 'File') {
        throw "Expected the program '$Path', found no such file. Install it, or correct the path."
    }
}
