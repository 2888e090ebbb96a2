# winfra bootstrap
# Travels on a command line, which cmd.exe cuts off at 8,191 characters: keep this text below 3,000 characters.
# It must not name PowerShell's automatic variable for pipeline objects: powershell.exe would read stdin by itself.
# Standard in, line 1: base64 of the gzipped agent.
$ProgressPreference = 'SilentlyContinue'
$mode = "$($ExecutionContext.SessionState.LanguageMode)"
if ($mode -ne 'FullLanguage') {
    # Only what every language mode allows: no method calls, no .NET types.
    "@WINFRA-LANGUAGE $mode"
    exit 3
}
$ErrorActionPreference = 'Stop'
$output = [Console]::OpenStandardOutput()
try {
    # [Console]::In hangs on pipes under the full .NET Framework; a reader of our own does not.
    $reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.Encoding]::ASCII, $false, 65536)
    $packed = [IO.MemoryStream]::new([Convert]::FromBase64String($reader.ReadLine()))
    $unpacked = [IO.Compression.GZipStream]::new($packed, [IO.Compression.CompressionMode]::Decompress)
    $agent = [ScriptBlock]::Create([IO.StreamReader]::new($unpacked, [Text.Encoding]::UTF8).ReadToEnd())
}
catch {
    $message = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("The agent could not be read: $_"))
    $line = [Text.Encoding]::ASCII.GetBytes("@WINFRA 0 1 . $message.`n")
    $output.Write($line, 0, $line.Length)
    $output.Flush()
    exit 1
}
& $agent $reader $output
