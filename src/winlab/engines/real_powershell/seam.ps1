# How the practice host's model answers for functions of the library's folder `windows`, and starts the host's programs.
# Stands before the library's own functions.

function ConvertTo-WinlabValue {
    param([AllowNull()][object]$Value)

    if ($Value -is [securestring]) {
        return @{ '$secret' = [Net.NetworkCredential]::new('', $Value).Password }
    }
    if ($Value -is [Management.Automation.SwitchParameter]) {
        return [bool]$Value
    }
    return , $Value
}

function Send-WinlabMessage {
    param([IO.Stream]$Stream, [string]$Text)

    $bytes = [Text.Encoding]::UTF8.GetBytes($Text)
    $Stream.Write([BitConverter]::GetBytes($bytes.Length), 0, 4)
    $Stream.Write($bytes, 0, $bytes.Length)
}

function Invoke-WinlabModel {
    param([string]$Name, [Collections.IDictionary]$Bound)

    $parameters = @{}
    foreach ($key in $Bound.get_Keys()) {
        if ($key -notin [Management.Automation.Cmdlet]::CommonParameters + 'WhatIf' + 'Confirm') {
            $parameters[$key] = ConvertTo-WinlabValue -Value $Bound[$key]
        }
    }
    $port, $key = $env:WINLAB_MODEL.Split(' ')
    $client = [Net.Sockets.TcpClient]::new('127.0.0.1', [int]$port)
    try {
        $stream = $client.GetStream()
        Send-WinlabMessage -Stream $stream -Text "$key call"
        $request = @{ Name = $Name; Parameters = $parameters }
        Send-WinlabMessage -Stream $stream -Text (ConvertTo-Json -InputObject $request -Depth 20 -Compress)
        $text = [IO.StreamReader]::new($stream, [Text.Encoding]::UTF8).ReadToEnd()
    }
    finally {
        $client.Dispose()
    }
    $reply = ConvertFrom-Json -InputObject $text
    if ($null -ne $reply.Error) {
        throw $reply.Error
    }
    return $reply.Output
}

function Use-WinlabRelay {
    param([Diagnostics.ProcessStartInfo]$Start)

    $file = [IO.File]::OpenRead($Start.FileName)
    try {
        $isScript = $file.ReadByte() -eq 0x23 -and $file.ReadByte() -eq 0x21
    }
    finally {
        $file.Dispose()
    }
    # The host's programs are scripts for Linux.
    if ($isScript) {
        $Start.Arguments = "`"$($Start.FileName)`" $($Start.Arguments)"
        $Start.FileName = $env:WINLAB_RELAY
    }
}
