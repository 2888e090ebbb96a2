function Restore-MemuraiData {
    <#
    .SYNOPSIS
        Puts the data of the former version back, if it was changed; what is replaced is kept beside the copy.

    .PARAMETER Instance
        The table of ConvertTo-MemuraiInstance.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Restore-MemuraiData -Instance $instance
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Instance
    )

    $data = $Instance.Data
    $names = $Instance.DataNames
    $expected = Get-MemuraiDataDigest -Path $Instance.Aside -Name $names
    if ((Get-MemuraiDataDigest -Path $data -Name $names) -ceq $expected) {
        return
    }
    if ($PSCmdlet.ShouldProcess($data, 'Put the former data back')) {
        Copy-MemuraiData -Path $data -Name $names -Destination "$($Instance.Aside)-replaced"
        foreach ($name in $names) {
            $null = Remove-WinItem -Path ([IO.Path]::Combine($data, $name)) -Recurse $true
        }
        Copy-MemuraiData -Path $Instance.Aside -Name $names -Destination $data
    }
}
