function Update-MemuraiServerCertificate {
    <#
    .SYNOPSIS
        Has the running server read its swapped files, and asks it with them whether it did.

    .PARAMETER Change
        The table of Set-MemuraiCertificate.

    .PARAMETER Set
        The answer of Resolve-MemuraiCertificateSet.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Update-MemuraiServerCertificate -Change $change -Set Present
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [string]$Set
    )

    if (-not $PSCmdlet.ShouldProcess($Change.ServiceName, 'Change the running server')) {
        return
    }
    # What was present has been put aside, and what was staged is present.
    $now = 'Kept'
    if ($Set -eq 'Staged') {
        $now = 'Present'
    }
    $server = Get-MemuraiCertificateServer -Change $Change -Set $now
    # As long as it can be asked: a server that nobody reaches any more can't save either.
    $Change.Unsaved = Get-MemuraiUnsavedData -Server $server
    $command = @{ Command = $Change.Command; What = 'read its new certificates' }
    Invoke-MemuraiLiveCommand -Change $Change -Server $server @command
    $readiness = Get-MemuraiReadiness -Server (Get-MemuraiCertificateServer -Change $Change -Set Present)
    if ($readiness -cne 'ready') {
        $text = ConvertTo-MemuraiSafeText -Source @{ Text = $readiness } -Change $Change
        throw "Expected the server to answer with its new certificates, found: $text."
    }
}
