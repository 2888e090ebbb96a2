function Open-WinChangeFile {
    <#
    .SYNOPSIS
        Opens a new file to write it without a buffer, so that what was written does not wait to be tried again.
    #>
    [CmdletBinding()]
    [OutputType([IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [IO.FileMode]$Mode
    )

    # A buffer of one byte is none.
    return Invoke-WinRetry -Action { [IO.FileStream]::new($Path, $Mode, 'Write', 'Read', 1) }
}
