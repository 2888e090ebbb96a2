function Move-MemuraiData {
    <#
    .SYNOPSIS
        Moves files and folders by their names from one folder into another on the same volume.

    .PARAMETER Path
        Full path of the folder they are in.

    .PARAMETER Destination
        Full path of the folder they go to. Created if missing.

    .PARAMETER Name
        Their names; those that are not there are passed over.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Move-MemuraiData -Path $data -Destination $aside -Name dump.rdb, appendonlydir
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [string]$Destination,

        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Name
    )

    $null = [IO.Directory]::CreateDirectory($Destination)
    foreach ($item in $Name) {
        $source = [IO.Path]::Combine($Path, $item)
        $target = [IO.Path]::Combine($Destination, $item)
        if (-not $PSCmdlet.ShouldProcess($source, "Move to $target")) {
            continue
        }
        switch (Get-WinPathKind -Path $source) {
            'File' { Move-MemuraiFile -Path $source -Destination $target }
            'Directory' { Move-MemuraiFolder -Path $source -Destination $target }
        }
    }
}
