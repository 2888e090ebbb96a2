function Restore-MemuraiData {
    <#
    .SYNOPSIS
        Puts the data of the former version back, if it was changed; what is replaced is kept beside the copy.

    .PARAMETER Change
        The table of Update-MemuraiProduct.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Restore-MemuraiData -Change $change
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    $data = $Change.Data
    $names = $Change.DataNames
    $expected = Get-MemuraiDataDigest -Path $Change.Aside -Name $names
    if ((Get-MemuraiDataDigest -Path $data -Name $names) -ceq $expected) {
        return
    }
    if ($PSCmdlet.ShouldProcess($data, 'Put the former data back')) {
        Copy-MemuraiData -Path $data -Name $names -Destination "$($Change.Aside)-replaced"
        foreach ($name in $names) {
            $null = Remove-WinItem -Path ([IO.Path]::Combine($data, $name)) -Recurse $true
        }
        Copy-MemuraiData -Path $Change.Aside -Name $names -Destination $data
    }
}
