function Add-MemuraiHistoryEntry {
    <#
    .SYNOPSIS
        Keeps a copy of the present configuration, unless the newest copy is the same.

    .PARAMETER Change
        The table of Set-MemuraiConfiguration.

    .OUTPUTS
        [hashtable] with Path, full path of the copy or null when there is no configuration yet, and Created.

    .EXAMPLE
        Add-MemuraiHistoryEntry -Change $change
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)]
        [hashtable]$Change
    )

    if ((Get-WinPathKind -Path $Change.Target) -eq 'Absent') {
        return @{ Path = $null; Created = $false }
    }
    # A new folder and a new file take their access lists from the folder they are made in.
    $null = New-WinDirectory -Path $Change.History
    $digest = Get-WinFileHash -Path $Change.Target
    $files = @(Get-MemuraiHistoryFile -Folder $Change.History)
    $newest = $files | Select-Object -First 1
    if ($null -ne $newest -and (Get-WinFileHash -Path $newest) -eq $digest) {
        return @{ Path = $newest; Created = $false }
    }
    # A clock that was set back may live through the same moment again.
    $moment = [datetime]::UtcNow
    do {
        $time = $moment.ToString("yyyyMMdd'T'HHmmssfff'Z'", [cultureinfo]::InvariantCulture)
        $moment = $moment.AddMilliseconds(1)
        $same = @($files | Where-Object -FilterScript { [IO.Path]::GetFileName($_) -clike "$time-*" })
    } while ($same.Length -gt 0)
    $copy = [IO.Path]::Combine($Change.History, "$time-$($digest.Substring(0, 8)).conf")
    try {
        [IO.File]::Copy($Change.Target, $copy, $false)
    }
    catch {
        # A full disk may leave a part of it.
        $null = Remove-WinItem -Path $copy
        throw
    }
    return @{ Path = $copy; Created = $true }
}
