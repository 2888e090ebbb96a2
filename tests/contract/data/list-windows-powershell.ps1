#Requires -Version 5.1
<#
.SYNOPSIS
    Prints windows-powershell-5.1.json anew, as it is on this host.

.DESCRIPTION
    Run it in Windows PowerShell 5.1 on the oldest Windows that is supported. What Windows' own objects have is taken
    over as it stands in the list: it comes from documentation.

.PARAMETER Path
    Path of the present list.

.PARAMETER Type
    Full names of types that the list shall have too, e.g. System.IO.Path.

.PARAMETER Command
    Names of cmdlets that the list shall have too.

.EXAMPLE
    powershell.exe -NoProfile -File list-windows-powershell.ps1 -Path windows-powershell-5.1.json -Command Get-Acl
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string]$Path,

    [string[]]$Type = @(),

    [string[]]$Command = @()
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-TypeName {
    param($Value)
    if ($null -eq $Value -or $Value.IsArray -or $Value.IsGenericParameter -or $Value.IsByRef -or $Value.IsPointer) {
        return '-'
    }
    if ($Value.IsGenericType) {
        return "$($Value.Namespace).$($Value.Name)"
    }
    return $Value.FullName
}

function Format-Member {
    param($Member, $Owner)
    $returned = $Owner.FullName
    if ($Member.MemberType -eq 'Field') {
        $static = if ($Member.IsStatic) { 'static ' } else { '' }
        return "${static}get $(Get-TypeName -Value $Member.FieldType)"
    }
    if ($Member.MemberType -eq 'Property') {
        $accessor = @($Member.GetAccessors())
        $static = if ($accessor.Length -gt 0 -and $accessor[0].IsStatic) { 'static ' } else { '' }
        return "${static}get $(Get-TypeName -Value $Member.PropertyType)"
    }
    if ($Member.MemberType -eq 'Method') {
        $static = if ($Member.IsStatic) { 'static ' } else { '' }
        $returned = Get-TypeName -Value $Member.ReturnType
    }
    else {
        $static = 'static '
    }
    $parameters = @($Member.GetParameters())
    $count = "$($parameters.Length)"
    if ($parameters.Length -gt 0 -and $parameters[-1].ParameterType.IsArray) {
        $count = "$($parameters.Length - 1)+"
    }
    return "$static$count $returned"
}

function Get-TypeEntry {
    param($Name)
    $found = [type]$Name
    if ($found.IsEnum) {
        return [ordered]@{ of = 'System.Enum'; values = (@([Enum]::GetNames($found)) -join ' ') }
    }
    $bases = @(@($found.BaseType) + @($found.GetInterfaces()) | Where-Object -FilterScript { $null -ne $_ })
    $members = [ordered]@{}
    $flags = [Reflection.BindingFlags]'Public, Instance, Static, DeclaredOnly'
    $kinds = 'Field', 'Property', 'Method', 'Constructor'
    $listed = @($found.GetMembers($flags) | Where-Object -FilterScript { "$($_.MemberType)" -in $kinds })
    foreach ($group in ($listed | Group-Object -Property Name | Sort-Object -Property Name)) {
        if ($group.Name -notmatch '^(add|remove|get|set|op)_') {
            $forms = @(foreach ($member in $group.Group) { Format-Member -Member $member -Owner $found })
            $members[($group.Name -replace '^\.c?ctor$', 'new')] = @($forms | Sort-Object -Unique) -join '; '
        }
    }
    if ($found.IsValueType -and $null -eq $members['new']) {
        $members['new'] = "static 0 $($found.FullName)"
    }
    $entry = [ordered]@{ of = (@(foreach ($base in $bases) { Get-TypeName -Value $base }) -join ' '); members = $members }
    return $entry
}

function Write-Part {
    param($Name, $Entries, $End)
    "`"$Name`": {"
    $lines = foreach ($key in $Entries.get_Keys()) {
        " $(ConvertTo-Json -InputObject $key): $(ConvertTo-Json -InputObject $Entries[$key] -Compress -Depth 3)"
    }
    @($lines) -join ",`n"
    "}$End"
}

$present = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($Path))
$objects = [ordered]@{}
$types = [ordered]@{}
$commands = [ordered]@{}
foreach ($property in $present.objects.PSObject.Properties) {
    $objects[$property.Name] = $property.Value
}
foreach ($name in (@($present.types.PSObject.Properties | ForEach-Object -MemberName Name) + $Type | Sort-Object)) {
    $types[$name] = Get-TypeEntry -Name $name
}
# What a type is of has to be in the list too.
$missing = @('first')
while ($missing.Length -gt 0) {
    $named = @(foreach ($entry in @($types.get_Values())) { $entry['of'] -split ' ' }) | Sort-Object -Unique
    $missing = @($named | Where-Object -FilterScript { $_ -and -not $types.Contains($_) })
    foreach ($name in $missing) {
        $types[$name] = Get-TypeEntry -Name $name
    }
}
$known = @($present.commands.PSObject.Properties | ForEach-Object -MemberName Name)
foreach ($name in ($known + $Command | Sort-Object -Unique)) {
    $commands[$name] = @((Get-Command -Name $name).Parameters.get_Keys() | Sort-Object) -join ' '
}
'{'
"`"source`": $(ConvertTo-Json -InputObject @($present.source)),"
"`"shortNames`": $(ConvertTo-Json -InputObject @($present.shortNames)),"
Write-Part -Name types -Entries $types -End ','
Write-Part -Name objects -Entries $objects -End ','
Write-Part -Name commands -Entries $commands -End ''
'}'
