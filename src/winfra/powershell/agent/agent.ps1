<#
.SYNOPSIS
    Answers requests of the control node, one line each, until standard input ends.

.DESCRIPTION
    The agent is the one process that a run keeps on a host. It reads the gzipped library, defines its functions in a
    second runspace, writes the ready line, and then reads one request, runs it, answers it and reads the next. It
    never reads ahead: a read left pending on the pipe would stop the child processes that inherit the pipe.

    The library is a dynamic module of that runspace. Its functions run under Set-StrictMode -Version 3.0,
    $ErrorActionPreference = 'Stop' and $ProgressPreference = 'SilentlyContinue'; raw scripts, which run outside the
    module, keep PowerShell's own defaults and may call the library.

    Values of requests and answers never become arguments of cmdlets here (JSON is read and written without
    ConvertFrom-Json and ConvertTo-Json), because module logging (event 4103) writes arguments of cmdlets to the
    event log, and some values are secrets.

.PARAMETER Reader
    Standard input, whose next line is base64 of the gzipped library.

.PARAMETER Output
    Standard output.

.OUTPUTS
    Nothing; answers are written to Output.

.EXAMPLE
    & $agent $reader $output
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [IO.TextReader]$Reader,

    [Parameter(Mandatory = $true, Position = 1)]
    [IO.Stream]$Output
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function ConvertFrom-Base64Text {
    <#
    .SYNOPSIS
        Returns the text of base64 of UTF-8.
    #>
    [CmdletBinding()]
    param([string]$Text)

    return [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Text))
}

function ConvertFrom-GzipText {
    <#
    .SYNOPSIS
        Returns the text of base64 of gzipped UTF-8.
    #>
    [CmdletBinding()]
    param([string]$Text)

    $packed = [IO.MemoryStream]::new([Convert]::FromBase64String($Text))
    $unpacked = [IO.Compression.GZipStream]::new($packed, [IO.Compression.CompressionMode]::Decompress)
    return [IO.StreamReader]::new($unpacked, [Text.Encoding]::UTF8).ReadToEnd()
}

function ConvertFrom-JsonField {
    <#
    .SYNOPSIS
        Returns the dictionary that a request's JSON field holds.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Field)

    $dictionary = $Agent.Serializer.DeserializeObject((ConvertFrom-Base64Text -Text $Field))
    if ($dictionary -isnot [Collections.IDictionary]) {
        throw 'Expected a JSON object in the request, found something else. Send an object, {} when there is nothing.'
    }
    return $dictionary
}

function ConvertTo-SecureText {
    <#
    .SYNOPSIS
        Returns the secure string of a {"$secret": "value"} dictionary.
    #>
    [CmdletBinding()]
    param([Collections.IDictionary]$Secret)

    $text = [string]$Secret['$secret']
    if ($text.Length -gt 65536) {
        throw "Expected a secret of at most 65536 characters, found $($text.Length). Windows holds no longer one."
    }
    # Not AppendChar, which encrypts the whole text anew for each character.
    $secure = [Net.NetworkCredential]::new('', $text).SecurePassword
    $secure.MakeReadOnly()
    return $secure
}

function ConvertTo-ParameterValue {
    <#
    .SYNOPSIS
        Returns a parsed JSON value as what a parameter takes: objects, arrays, secure strings.
    #>
    [CmdletBinding()]
    param([AllowNull()][object]$Value)

    if ($Value -is [Collections.IDictionary]) {
        if ($Value.ContainsKey('$secret')) {
            return ConvertTo-SecureText -Secret $Value
        }
        $properties = [ordered]@{}
        foreach ($name in $Value.get_Keys()) {
            $properties[$name] = ConvertTo-ParameterValue -Value $Value[$name]
        }
        return [pscustomobject]$properties
    }
    if ($Value -is [Collections.IList]) {
        $items = [Collections.Generic.List[object]]::new()
        foreach ($item in $Value) {
            $items.Add((ConvertTo-ParameterValue -Value $item))
        }
        # The comma keeps the array whole: a function's output is unrolled once.
        return , $items.ToArray()
    }
    return $Value
}

function ConvertTo-ParameterTable {
    <#
    .SYNOPSIS
        Returns the parameters of a call, ready to be bound; a null stands for a parameter that was not given.
    #>
    [CmdletBinding()]
    param([Collections.IDictionary]$Dictionary)

    $parameters = @{}
    foreach ($name in $Dictionary.get_Keys()) {
        if ($null -ne $Dictionary[$name]) {
            $parameters[$name] = ConvertTo-ParameterValue -Value $Dictionary[$name]
        }
    }
    return $parameters
}

function Add-JsonValue {
    <#
    .SYNOPSIS
        Appends a value as compressed JSON.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [Text.StringBuilder]$Builder, [AllowNull()][object]$Value)

    if ($null -eq $Value) {
        $null = $Builder.Append('null')
    }
    elseif ($Value -is [bool]) {
        $null = $Builder.Append($(if ($Value) { 'true' } else { 'false' }))
    }
    elseif ($Value -is [string] -or $Value -is [char] -or $Value -is [enum]) {
        $null = $Builder.Append($Agent.Serializer.Serialize([string]$Value))
    }
    elseif ($Value -is [ValueType]) {
        $code = [int][Type]::GetTypeCode($Value.GetType())
        if ($code -lt [int][TypeCode]::SByte -or $code -gt [int][TypeCode]::Decimal) {
            throw "Expected text, numbers, booleans, arrays and objects in an answer, found a $($Value.GetType())."
        }
        # Text made by interpolation does not depend on the culture.
        $null = $Builder.Append("$Value")
    }
    elseif ($Value -is [Collections.IDictionary]) {
        throw 'Expected text, numbers, booleans, arrays and objects in an answer, found a table.'
    }
    elseif ($Value -is [Collections.IEnumerable]) {
        $separator = '['
        foreach ($item in $Value) {
            $null = $Builder.Append($separator)
            Add-JsonValue -Agent $Agent -Builder $Builder -Value $item
            $separator = ','
        }
        $null = $Builder.Append($(if ($separator -eq '[') { '[]' } else { ']' }))
    }
    else {
        Add-JsonObject -Agent $Agent -Builder $Builder -Value $Value
    }
}

function Add-JsonObject {
    <#
    .SYNOPSIS
        Appends an object's properties as a compressed JSON object.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [Text.StringBuilder]$Builder, [object]$Value)

    $separator = '{'
    foreach ($property in $Value.PSObject.Properties) {
        $null = $Builder.Append($separator)
        $null = $Builder.Append($Agent.Serializer.Serialize([string]$property.Name)).Append(':')
        Add-JsonValue -Agent $Agent -Builder $Builder -Value $property.Value
        $separator = ','
    }
    $null = $Builder.Append($(if ($separator -eq '{') { '{}' } else { '}' }))
}

function ConvertTo-JsonLine {
    <#
    .SYNOPSIS
        Returns an object as one line of JSON.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [object]$Value)

    $builder = [Text.StringBuilder]::new()
    Add-JsonValue -Agent $Agent -Builder $builder -Value $Value
    return $builder.ToString()
}

function Send-Line {
    <#
    .SYNOPSIS
        Writes one line to standard output at once; fails when nobody takes it for a long time.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Line)

    $bytes = [Text.Encoding]::ASCII.GetBytes($Line + "`n")
    # Nobody empties the pipe of a control node that is gone: what fills it would wait until the shell's end.
    if (-not $Agent.Output.WriteAsync($bytes, 0, $bytes.Length).Wait($Agent.AnswerSeconds * 1000)) {
        throw [TimeoutException]::new("Nobody took an answer for $($Agent.AnswerSeconds) s.")
    }
    $Agent.Output.Flush()
}

function Send-Reply {
    <#
    .SYNOPSIS
        Answers a request, and keeps the answer for the case that the request comes again.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Id, [hashtable]$Reply)

    $outputText = [Convert]::ToBase64String($Reply.Output)
    $errorText = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($Reply.ErrorText))
    $Agent.LastReply = "@WINFRA $Id $($Reply.ExitCode) $outputText. $errorText."
    $Agent.LastId = $Id
    Send-Line -Agent $Agent -Line $Agent.LastReply
}

function New-Reply {
    <#
    .SYNOPSIS
        Returns an answer: exit code, bytes of standard output, text of standard error.
    #>
    [CmdletBinding()]
    param([int]$ExitCode = 0, [string]$OutputText = '', [string]$ErrorText = '')

    return @{
        ExitCode  = $ExitCode
        Output    = [Text.Encoding]::UTF8.GetBytes($OutputText)
        ErrorText = $ErrorText
    }
}

function Get-ErrorMessage {
    <#
    .SYNOPSIS
        Returns the message of an exception without PowerShell's wrapping of failed method calls.
    #>
    [CmdletBinding()]
    param([Exception]$Exception)

    $cause = $Exception
    while ($cause -is [Management.Automation.MethodInvocationException] -and $null -ne $cause.InnerException) {
        $cause = $cause.InnerException
    }
    return $cause.Message
}

function Get-ErrorText {
    <#
    .SYNOPSIS
        Returns the message of an error record, and on a line of its own the library function and line it is from.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [Management.Automation.ErrorRecord]$Record)

    $text = Get-ErrorMessage -Exception $Record.Exception
    $position = $Record.InvocationInfo
    if ($null -eq $position -or -not [string]::IsNullOrEmpty($position.ScriptName)) {
        return $text
    }
    foreach ($function in $Agent.Functions.get_Values()) {
        if ($position.ScriptLineNumber -ge $function.FirstLine -and $position.ScriptLineNumber -le $function.LastLine) {
            $line = $position.ScriptLineNumber - $function.FirstLine + 1
            return "$text`n(at $($function.Name) line $line)"
        }
    }
    return $text
}

function New-Pipeline {
    <#
    .SYNOPSIS
        Returns an empty pipeline of the library's runspace.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent)

    $pipeline = [PowerShell]::Create()
    $pipeline.Runspace = $Agent.Runspace
    return $pipeline
}

function Invoke-Pipeline {
    <#
    .SYNOPSIS
        Runs a pipeline to its end and returns its results, its error records, and how it ended.
    #>
    [CmdletBinding()]
    param([PowerShell]$Pipeline, [AllowNull()][object[]]$Lines)

    $source = [Management.Automation.PSDataCollection[psobject]]::new()
    foreach ($line in $Lines) {
        $source.Add($line)
    }
    $source.Complete()
    $results = [Management.Automation.PSDataCollection[psobject]]::new()
    $settings = [Management.Automation.PSInvocationSettings]::new()
    $settings.ExposeFlowControlExceptions = $true
    # Not Invoke: it throws an ExitException for 'exit 3', which no catch block of a script can hold, so that the
    # agent itself would exit. Begun, waited for and asked for its reason, the pipeline throws nothing here.
    $running = $Pipeline.BeginInvoke($source, $results, $settings, $null, $null)
    $null = $running.AsyncWaitHandle.WaitOne()
    $reason = $Pipeline.InvocationStateInfo.Reason
    # ReadAll, because going through an open collection waits for more.
    $records = @($Pipeline.Streams.Error.ReadAll())
    if ($reason -is [Management.Automation.RuntimeException]) {
        $records += $reason.ErrorRecord
    }
    elseif ($null -ne $reason -and $reason -isnot [Management.Automation.FlowControlException]) {
        throw $reason
    }
    # What a program writes to standard error is no failure, though PowerShell makes records of it.
    $exitCode = 0
    foreach ($record in $records) {
        if ($record.FullyQualifiedErrorId -notlike 'NativeCommandError*') {
            $exitCode = 1
        }
    }
    if ($reason -is [Management.Automation.ExitException]) {
        $exitCode = [int]$reason.Argument
    }
    elseif ($exitCode -eq 0) {
        # That of the last program that was run; 0 where there was none.
        $exitCode = [int]$Pipeline.Runspace.SessionStateProxy.GetVariable('LASTEXITCODE')
    }
    return @{ ExitCode = $exitCode; Results = @($results.ReadAll()); Records = $records }
}

function Enter-RequestContext {
    <#
    .SYNOPSIS
        Sets the environment and the working location of a request and returns the former environment.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [Collections.IDictionary]$Options, [hashtable]$Former)

    if ($Options.ContainsKey('Environment') -and $null -ne $Options['Environment']) {
        foreach ($name in $Options['Environment'].get_Keys()) {
            $value = $Options['Environment'][$name]
            if ($value -is [Collections.IDictionary]) {
                $value = $value['$secret']
            }
            $Former[$name] = [Environment]::GetEnvironmentVariable($name)
            [Environment]::SetEnvironmentVariable($name, [string]$value)
        }
    }
    if ($Options.ContainsKey('Directory') -and $null -ne $Options['Directory']) {
        Set-WorkingLocation -Agent $Agent -Path $Options['Directory']
    }
}

function Exit-RequestContext {
    <#
    .SYNOPSIS
        Puts back the environment and the working location that were there before a request.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [hashtable]$Former)

    foreach ($name in $Former.get_Keys()) {
        [Environment]::SetEnvironmentVariable($name, $Former[$name])
    }
    Set-WorkingLocation -Agent $Agent -Path $Agent.HomeDirectory
}

function Set-WorkingLocation {
    <#
    .SYNOPSIS
        Sets both current directories: the process's (.NET, child processes) and the runspace's (cmdlets).
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Path)

    [IO.Directory]::SetCurrentDirectory($Path)
    $pipeline = New-Pipeline -Agent $Agent
    try {
        $null = $pipeline.AddCommand('Set-Location').AddParameter('LiteralPath', $Path)
        $null = $pipeline.AddParameter('ErrorAction', 'Stop')
        $null = $pipeline.Invoke()
    }
    finally {
        $pipeline.Dispose()
    }
}

function Invoke-Call {
    <#
    .SYNOPSIS
        Answers a call of a library function: its one output object as a line of JSON.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string[]]$Fields)

    $name = ConvertFrom-Base64Text -Text $Fields[2]
    if (-not $Agent.Functions.ContainsKey($name)) {
        return New-Reply -ExitCode 255 -ErrorText "Expected a function of the library, found '$name', which it has not."
    }
    $parameters = ConvertTo-ParameterTable -Dictionary (ConvertFrom-JsonField -Agent $Agent -Field $Fields[3])
    $options = ConvertFrom-JsonField -Agent $Agent -Field $Fields[4]
    $former = @{}
    $pipeline = New-Pipeline -Agent $Agent
    try {
        Enter-RequestContext -Agent $Agent -Options $options -Former $former
        # Bound by name, never pasted into a script's text, so that no value reaches script block logging.
        $null = $pipeline.AddCommand('Invoke-WinfraCall').AddParameter('Name', $name)
        $null = $pipeline.AddParameter('Parameters', $parameters)
        $outcome = Invoke-Pipeline -Pipeline $pipeline -Lines @()
        $answers = @($Agent.Runspace.SessionStateProxy.GetVariable('WinfraAnswers'))
        if ($outcome.Records.Length -gt 0) {
            $texts = foreach ($record in $outcome.Records) { Get-ErrorText -Agent $Agent -Record $record }
            return New-Reply -ExitCode 1 -ErrorText ($texts -join "`n")
        }
        if ($answers.Length -ne 1) {
            throw "Expected one object from $name, found $($answers.Length). This is a defect of the function."
        }
        return New-Reply -OutputText (ConvertTo-JsonLine -Agent $Agent -Value $answers[0])
    }
    finally {
        $pipeline.Dispose()
        $Agent.Runspace.SessionStateProxy.SetVariable('WinfraAnswers', @())
        Exit-RequestContext -Agent $Agent -Former $former
    }
}

function Format-Object {
    <#
    .SYNOPSIS
        Returns objects as the text that PowerShell shows for them.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [object[]]$Objects)

    # In the library's runspace, which knows the formats of the modules that a script loaded.
    $pipeline = New-Pipeline -Agent $Agent
    try {
        $null = $pipeline.AddCommand('Out-String').AddParameter('Width', 4096)
        return @($pipeline.Invoke($Objects)) -join ''
    }
    finally {
        $pipeline.Dispose()
    }
}

function ConvertTo-OutputText {
    <#
    .SYNOPSIS
        Returns a script's output as text, one line a string; other objects as PowerShell shows them.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [object[]]$Objects)

    $text = [Text.StringBuilder]::new()
    $pending = [Collections.Generic.List[object]]::new()
    foreach ($object in $Objects) {
        # Out-String would break long strings at its width.
        if ($object -isnot [string]) {
            $pending.Add($object)
            continue
        }
        if ($pending.get_Count() -gt 0) {
            $null = $text.Append((Format-Object -Agent $Agent -Objects $pending.ToArray()))
            $pending.Clear()
        }
        $null = $text.Append([string]$object).Append("`r`n")
    }
    if ($pending.get_Count() -gt 0) {
        $null = $text.Append((Format-Object -Agent $Agent -Objects $pending.ToArray()))
    }
    return $text.ToString()
}

function Invoke-Run {
    <#
    .SYNOPSIS
        Answers a raw script: its exit code, its output and host messages, its errors and warnings.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string[]]$Fields)

    $text = ConvertFrom-Base64Text -Text $Fields[2]
    $options = ConvertFrom-JsonField -Agent $Agent -Field $Fields[3]
    $lines = @()
    if ($options.ContainsKey('Input') -and $null -ne $options['Input']) {
        $lines = $options['Input']
    }
    $former = @{}
    $pipeline = New-Pipeline -Agent $Agent
    try {
        Enter-RequestContext -Agent $Agent -Options $options -Former $former
        $Agent.Runspace.SessionStateProxy.SetVariable('LASTEXITCODE', 0)
        $null = $pipeline.AddScript($text, $true)
        $outcome = Invoke-Pipeline -Pipeline $pipeline -Lines $lines
        $messages = @(foreach ($message in $pipeline.Streams.Information.ReadAll()) { "$message" })
        $warnings = @(foreach ($warning in $pipeline.Streams.Warning.ReadAll()) { "WARNING: $warning" })
        $shown = @{
            ExitCode   = $outcome.ExitCode
            OutputText = ConvertTo-OutputText -Agent $Agent -Objects ($outcome.Results + $messages)
            ErrorText  = ConvertTo-OutputText -Agent $Agent -Objects ($outcome.Records + $warnings)
        }
        return New-Reply @shown
    }
    finally {
        $pipeline.Dispose()
        Exit-RequestContext -Agent $Agent -Former $former
    }
}

function Open-Upload {
    <#
    .SYNOPSIS
        Creates the temporary file of an upload.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Path)

    Clear-Upload -Agent $Agent
    Remove-UploadLeftover -Path $Path
    $Agent.Upload = @{ Path = $Path; Stream = $null; Digest = $null; Size = [long]0; Failure = $null }
    # A buffer of one byte is none: every write reaches the disk when it is made, and closing has nothing to lose.
    $create = [IO.FileMode]::Create
    $Agent.Upload.Stream = [IO.FileStream]::new($Path, $create, [IO.FileAccess]::Write, [IO.FileShare]::None, 1)
    # Unlike SHA256.Create() this class is there under the FIPS policy too.
    $Agent.Upload.Digest = [Security.Cryptography.SHA256CryptoServiceProvider]::new()
}

function Remove-UploadLeftover {
    <#
    .SYNOPSIS
        Removes the temporary files of former uploads to the same destination, whose agents were ended amidst them.
    #>
    [CmdletBinding()]
    param([string]$Path)

    # The names that the control node gives: the destination's, eight hexadecimal digits, .partial.
    $ending = '\.[0-9a-f]{8}\.partial\z'
    $folder = [IO.Path]::GetDirectoryName($Path)
    if ($Path -cnotmatch $ending -or -not [IO.Directory]::Exists($folder)) {
        return
    }
    $name = [IO.Path]::GetFileName($Path) -creplace $ending, ''
    foreach ($file in [IO.Directory]::GetFiles($folder)) {
        if ([IO.Path]::GetFileName($file) -notmatch "\A$([regex]::Escape($name))$ending") {
            continue
        }
        try {
            [IO.File]::Delete($file)
        }
        catch {
            # In use: the upload of another run. Whatever else keeps it there does not concern this upload.
            continue
        }
    }
}

function Add-UploadData {
    <#
    .SYNOPSIS
        Appends one piece to the upload; a piece that came before is ignored.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [long]$Offset, [string]$Field)

    $upload = $Agent.Upload
    if ($null -eq $upload -or $null -ne $upload.Failure -or $Offset -lt $upload.Size) {
        return
    }
    if ($Offset -gt $upload.Size) {
        throw "Expected the piece at offset $($upload.Size), found the one at $Offset. Send the file again."
    }
    $bytes = [Convert]::FromBase64String($Field)
    $upload.Stream.Write($bytes, 0, $bytes.Length)
    $null = $upload.Digest.TransformBlock($bytes, 0, $bytes.Length, $null, 0)
    $upload.Size += $bytes.Length
}

function Complete-Upload {
    <#
    .SYNOPSIS
        Compares an upload with its digest, moves it into place and answers with the digest.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Path, [string]$Destination, [string]$Sha256)

    $upload = $Agent.Upload
    if ($null -eq $upload) {
        throw "Expected an upload to '$Path' under way, found none. Send the file again."
    }
    try {
        if ($null -ne $upload.Failure) {
            throw $upload.Failure
        }
        if ($upload.Path -cne $Path) {
            throw "Expected the end of the upload to '$($upload.Path)', found the end of '$Path'. Send the file again."
        }
        $upload.Stream.Dispose()
        $null = $upload.Digest.TransformFinalBlock([byte[]]::new(0), 0, 0)
        $found = [BitConverter]::ToString($upload.Digest.Hash).Replace('-', '').ToLowerInvariant()
        if ($found -cne $Sha256) {
            throw "Expected SHA-256 $Sha256 of '$Destination', found $found in $($upload.Size) bytes. Send it again."
        }
        Move-Upload -Path $Path -Destination $Destination
        return New-Reply -OutputText $found
    }
    finally {
        Clear-Upload -Agent $Agent
    }
}

function Move-Upload {
    <#
    .SYNOPSIS
        Moves a complete temporary file to its destination; a file there is replaced and its ACL kept.
    #>
    [CmdletBinding()]
    param([string]$Path, [string]$Destination)

    if ([IO.Directory]::Exists($Destination)) {
        throw "Expected a file or nothing at '$Destination', found a directory. Remove it or choose another path."
    }
    if (-not [IO.File]::Exists($Destination)) {
        [IO.File]::Move($Path, $Destination)
        return
    }
    if (([IO.File]::GetAttributes($Destination) -band [IO.FileAttributes]::ReadOnly) -ne 0) {
        throw "Expected a writable file at '$Destination', found it read-only. Clear its read-only attribute."
    }
    try {
        # A plain $null would arrive as an empty backup name, which is not a legal path.
        [IO.File]::Replace($Path, $Destination, [NullString]::Value)
    }
    catch [IO.IOException] {
        # ERROR_UNABLE_TO_MOVE_REPLACEMENT: the former file is gone, and this is the only copy of the new one.
        if ([IO.File]::Exists($Destination)) {
            throw
        }
        [IO.File]::Move($Path, $Destination)
    }
}

function Clear-Upload {
    <#
    .SYNOPSIS
        Ends the upload under way, if any, and removes its temporary file.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent)

    $upload = $Agent.Upload
    $Agent.Upload = $null
    Remove-UploadFile -Upload $upload
}

function Remove-UploadFile {
    <#
    .SYNOPSIS
        Closes and removes the temporary file of an upload, if the upload created it.
    #>
    [CmdletBinding()]
    param([AllowNull()][hashtable]$Upload)

    if ($null -eq $Upload -or $null -eq $Upload.Stream) {
        return
    }
    $Upload.Stream.Dispose()
    $Upload.Stream = $null
    # Nothing happens when the file was moved away.
    [IO.File]::Delete($Upload.Path)
}

function Invoke-UploadStep {
    <#
    .SYNOPSIS
        Carries out an open or a data request; what goes wrong is kept, for these requests have no answer.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Operation, [string[]]$Fields)

    try {
        if ($Operation -ceq 'open') {
            Open-Upload -Agent $Agent -Path (ConvertFrom-Base64Text -Text $Fields[2])
        }
        else {
            Add-UploadData -Agent $Agent -Offset $Fields[2] -Field $Fields[3]
        }
    }
    catch {
        $failure = Get-ErrorMessage -Exception $_.Exception
        if ($null -eq $Agent.Upload) {
            $Agent.Upload = @{ Path = ''; Stream = $null; Digest = $null; Size = [long]0; Failure = $null }
        }
        # Reported by close. The file goes at once: the disk may be full.
        $Agent.Upload.Failure = $failure
        try {
            Remove-UploadFile -Upload $Agent.Upload
        }
        catch {
            $Agent.Upload.Failure += " Its temporary file stays: $(Get-ErrorMessage -Exception $_.Exception)"
        }
    }
}

function Read-FilePart {
    <#
    .SYNOPSIS
        Answers with a part of a file, which others may write, rename or delete meanwhile.
    #>
    [CmdletBinding()]
    param([string]$Path, [long]$Offset, [int]$Length)

    $share = [IO.FileShare]'ReadWrite, Delete'
    $stream = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        $null = $stream.Seek($Offset, [IO.SeekOrigin]::Begin)
        $buffer = [byte[]]::new($Length)
        $filled = 0
        do {
            $count = $stream.Read($buffer, $filled, $Length - $filled)
            $filled += $count
        } while ($count -gt 0 -and $filled -lt $Length)
        $part = [byte[]]::new($filled)
        [Array]::Copy($buffer, $part, $filled)
        $reply = New-Reply
        $reply.Output = $part
        return $reply
    }
    finally {
        $stream.Dispose()
    }
}

function Invoke-Operation {
    <#
    .SYNOPSIS
        Carries out a request that has an answer, and returns the answer.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Operation, [string[]]$Fields)

    switch -CaseSensitive ($Operation) {
        'call' {
            return Invoke-Call -Agent $Agent -Fields $Fields
        }
        'run' {
            return Invoke-Run -Agent $Agent -Fields $Fields
        }
        'close' {
            $upload = @{
                Path        = ConvertFrom-Base64Text -Text $Fields[2]
                Destination = ConvertFrom-Base64Text -Text $Fields[3]
                Sha256      = $Fields[4]
            }
            return Complete-Upload -Agent $Agent @upload
        }
        'read' {
            return Read-FilePart -Path (ConvertFrom-Base64Text -Text $Fields[2]) -Offset $Fields[3] -Length $Fields[4]
        }
        default {
            $known = 'call, run, open, data, close, read, quit'
            return New-Reply -ExitCode 255 -ErrorText "Expected one of the operations $known, found '$Operation'."
        }
    }
}

function Invoke-Request {
    <#
    .SYNOPSIS
        Carries out one request and answers it, unless it is the last one again: then only the answer is sent again.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Id, [string]$Operation, [string[]]$Fields)

    if ($Id -ceq $Agent.LastId) {
        Send-Line -Agent $Agent -Line $Agent.LastReply
        return
    }
    if ($Operation -ceq 'open' -or $Operation -ceq 'data') {
        Invoke-UploadStep -Agent $Agent -Operation $Operation -Fields $Fields
        return
    }
    try {
        $reply = Invoke-Operation -Agent $Agent -Operation $Operation -Fields $Fields
    }
    catch {
        $reply = New-Reply -ExitCode 1 -ErrorText (Get-ErrorMessage -Exception $_.Exception)
    }
    Send-Reply -Agent $Agent -Id $Id -Reply $reply
}

function Hide-StandardHandle {
    <#
    .SYNOPSIS
        Keeps the request pipes from child processes and from scripts: both get the NUL device instead.
    #>
    [CmdletBinding()]
    param()

    # A child that held the pipes would steal requests, and would keep the command open after the agent's end. The NUL
    # handle must be inheritable to be of use to a child; the pipes' handles are from here on not inheritable.
    Add-Type -TypeDefinition @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Winfra
{
    public static class StandardHandle
    {
        [DllImport("kernel32.dll", SetLastError = true)]
        private static extern IntPtr GetStdHandle(int kind);

        [DllImport("kernel32.dll", SetLastError = true)]
        private static extern bool SetStdHandle(int kind, IntPtr handle);

        [DllImport("kernel32.dll", SetLastError = true)]
        private static extern bool SetHandleInformation(IntPtr handle, uint mask, uint flags);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        private static extern IntPtr CreateFileW(
            string name, uint access, uint share, IntPtr security, uint disposition, uint flags, IntPtr template);

        public static void Hide()
        {
            IntPtr invalid = new IntPtr(-1);
            IntPtr nul = CreateFileW("NUL", 0xC0000000, 3, IntPtr.Zero, 3, 0, IntPtr.Zero);
            Check(nul != invalid);
            Check(SetHandleInformation(nul, 1, 1));
            foreach (int kind in new int[] { -10, -11, -12 })
            {
                IntPtr original = GetStdHandle(kind);
                if (original != IntPtr.Zero && original != invalid)
                {
                    Check(SetHandleInformation(original, 1, 0));
                }
                Check(SetStdHandle(kind, nul));
            }
        }

        private static void Check(bool done)
        {
            if (!done)
            {
                throw new Win32Exception();
            }
        }
    }
}
'@
    [Winfra.StandardHandle]::Hide()
    [Console]::SetIn([IO.TextReader]::Null)
    [Console]::SetOut([IO.TextWriter]::Null)
    [Console]::SetError([IO.TextWriter]::Null)
}

function Get-LibraryProblem {
    <#
    .SYNOPSIS
        Returns what in the library's text is no PowerShell, and in which function; nothing when all of it is.
    #>
    [CmdletBinding()]
    param([string]$Text)

    $tokens = $null
    $problems = $null
    $null = [Management.Automation.Language.Parser]::ParseInput($Text, [ref]$tokens, [ref]$problems)
    if ($problems.Length -eq 0) {
        return
    }
    $place = $problems[0].Extent
    $names = [regex]::Matches($Text.Substring(0, $place.StartOffset), '(?m)^function ([\w-]+)')
    $name = $(if ($names.get_Count() -gt 0) { $names[$names.get_Count() - 1].Groups[1].Value } else { 'its beginning' })
    $found = $place.Text.Split("`n")[0].Trim()
    return ("Expected text that PowerShell $($PSVersionTable.PSVersion) understands, found in ${name}, at " +
        "'$found': $($problems[0].Message) Correct the file of that function.")
}

function Import-Library {
    <#
    .SYNOPSIS
        Defines the library's functions in its runspace and returns where each stands in the library's text.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent, [string]$Text)

    $definition = @'
param($LibraryText)
$global:ProgressPreference = 'SilentlyContinue'
$rules = 'Set-StrictMode -Version 3.0; $ErrorActionPreference = ''Stop''; $ProgressPreference = ''SilentlyContinue''; '
$library = New-Module -Name WinfraLibrary -ScriptBlock ([ScriptBlock]::Create($rules + $LibraryText))
Import-Module -ModuleInfo $library -Global
# What a pipeline outputs, and its command's parameters, stand in the transcripts that a host's policy may ask for: this
# one has neither. It stands behind the last line of the library, so that no error is taken for one of a function there.
$lines = "`n" * $LibraryText.Split("`n").Length
$call = 'param($Name, $Parameters) $global:WinfraAnswers = @(& $Name @Parameters)'
${function:global:Invoke-WinfraCall} = [ScriptBlock]::Create($lines + $call)
foreach ($function in $library.ExportedFunctions.get_Values()) {
    $extent = $function.ScriptBlock.Ast.Extent
    @{ Name = $function.Name; FirstLine = $extent.StartLineNumber; LastLine = $extent.EndLineNumber }
}
'@
    $pipeline = New-Pipeline -Agent $Agent
    try {
        $null = $pipeline.AddScript($definition, $true).AddArgument($Text)
        $outcome = Invoke-Pipeline -Pipeline $pipeline -Lines @()
        if ($outcome.Records.Length -gt 0) {
            $problem = Get-LibraryProblem -Text $Text
            if ($null -eq $problem) {
                $problem = Get-ErrorMessage -Exception $outcome.Records[0].Exception
            }
            throw "The library could not be defined: $problem"
        }
        $functions = @{}
        foreach ($function in $outcome.Results) {
            $functions[$function.Name] = $function
        }
        return $functions
    }
    finally {
        $pipeline.Dispose()
    }
}

function Initialize-Agent {
    <#
    .SYNOPSIS
        Prepares the process, reads the library and writes the ready line.
    #>
    [CmdletBinding()]
    param([hashtable]$Agent)

    Add-Type -AssemblyName System.Web.Extensions
    $Agent.Serializer = [Web.Script.Serialization.JavaScriptSerializer]::new()
    $Agent.Serializer.MaxJsonLength = [int]::MaxValue
    # What scripts pipe to programs begins with its preamble: under a session's code page, a byte order mark.
    if ([Console]::InputEncoding.GetPreamble().Length -gt 0) {
        [Console]::InputEncoding = [Text.UTF8Encoding]::new($false)
    }
    # The compiler of the next writes there; the folder of an account whose profile is not loaded may be missing.
    if (-not [IO.Directory]::Exists([IO.Path]::GetTempPath())) {
        $env:TMP = [IO.Path]::Combine([Environment]::GetFolderPath('Windows'), 'Temp')
    }
    Hide-StandardHandle
    # The session state of powershell.exe itself.
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $Agent.Runspace = [RunspaceFactory]::CreateRunspace($state)
    $Agent.Runspace.Open()
    $library = $Agent.Reader.ReadLine()
    if ($null -eq $library) {
        throw 'Expected the library on standard input, found its end.'
    }
    $Agent.Functions = Import-Library -Agent $Agent -Text (ConvertFrom-GzipText -Text $library)
    $ready = [pscustomobject]@{ PowerShellVersion = "$($PSVersionTable.PSVersion)"; ProcessId = $PID }
    Send-Reply -Agent $Agent -Id '0' -Reply (New-Reply -OutputText (ConvertTo-JsonLine -Agent $Agent -Value $ready))
}

$agent = @{
    Reader        = $Reader
    Output        = $Output
    HomeDirectory = [Environment]::CurrentDirectory
    # Longer than a control node looks for its lost connection.
    AnswerSeconds = 600
    Serializer    = $null
    Runspace      = $null
    Functions     = @{}
    LastId        = ''
    LastReply     = ''
    Upload        = $null
}
try {
    Initialize-Agent -Agent $agent
}
catch {
    # Exit code 1 in the place of the ready line tells the control node why there will be no agent.
    $reason = Get-ErrorMessage -Exception $_.Exception
    Send-Reply -Agent $agent -Id '0' -Reply (New-Reply -ExitCode 1 -ErrorText "The agent could not start: $reason")
    exit 1
}
try {
    while ($null -ne ($line = $Reader.ReadLine())) {
        if ($line.Length -eq 0) {
            continue
        }
        $fields = $line.Split(' ')
        $operation = if ($fields.Length -gt 1) { $fields[1] } else { '' }
        if ($operation -ceq 'quit') {
            break
        }
        Invoke-Request -Agent $agent -Id $fields[0] -Operation $operation -Fields $fields
    }
}
finally {
    Clear-Upload -Agent $agent
    $agent.Runspace.Dispose()
}
