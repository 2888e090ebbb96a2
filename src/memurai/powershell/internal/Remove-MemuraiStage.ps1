function Remove-MemuraiStage {
    <#
    .SYNOPSIS
        Removes what a change needed for a time: staged files, the scratch folder, the file it put aside.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .PARAMETER Failure
        Message of the error that ended the change, empty when there was none. An error here comes after it.

    .OUTPUTS
        Nothing.

    .EXAMPLE
        Remove-MemuraiStage -Change $change -Failure ''
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low')]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string]$Failure
    )

    $files = @($Change.Staged)
    # Without the lock the rest belongs to whoever has it.
    if ($null -ne $Change.Lock) {
        $files += $Change.Backup
        # What a run left that was ended before it got here; a younger one may be about to be used, but none of the
        # future is young.
        $folder = [IO.Path]::GetDirectoryName($Change.Target)
        $now = [DateTime]::UtcNow
        $files += @([IO.Directory]::GetFiles($folder, "$([IO.Path]::GetFileName($Change.Target)).*.staged") |
                Where-Object -FilterScript {
                    $written = [IO.File]::GetLastWriteTimeUtc($_)
                    $written -lt $now.AddHours(-1) -or (Test-MemuraiFutureTime -Time $written -Now $now)
                })
    }
    # A folder that was given as the staged file by mistake is not removed with all it holds.
    $paths = @(foreach ($file in $files) {
            if ((Get-WinPathKind -Path $file) -eq 'File') {
                $file
            }
        })
    if ($Change.IsScratchOurs) {
        $paths += $Change.Scratch
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    foreach ($path in $paths) {
        while ($PSCmdlet.ShouldProcess($path, 'Remove')) {
            try {
                $null = Remove-WinItem -Path $path -Recurse $true
                break
            }
            catch {
                # A virus scanner or a backup may have a file open for a moment.
                if ($watch.Elapsed.TotalSeconds -ge 10) {
                    $text = $_.Exception.GetBaseException().Message
                    throw "$Failure Expected to remove '$path', found: $text Remove it by hand.".Trim()
                }
                Start-Sleep -Milliseconds 250
            }
        }
    }
}
