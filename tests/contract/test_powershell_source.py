import base64
import re
from pathlib import Path

import pytest
from powershell_source import (
    AGENT_FOLDER,
    LIBRARY_FOLDERS,
    Function,
    all_files,
    is_of_the_seam,
    library_files,
    parse,
    public_functions,
    read_functions,
    syntax_errors,
    text_of,
    top_level_kinds,
    walk,
)

LIBRARY = [*library_files(internal=False), *library_files(internal=True)]
ALL = all_files()
PUBLIC = list(public_functions().values())
BOOTSTRAP = AGENT_FOLDER / "bootstrap.ps1"

# The longest command line that cmd.exe takes, and what stands in front of the bootstrap on it.
COMMAND_LINE_LIMIT = 8191
COMMAND_LINE_HEAD = (
    "powershell.exe -NoProfile -NonInteractive -NoLogo -OutputFormat Text -ExecutionPolicy Bypass -EncodedCommand "
)
APPROVED_VERBS = {
    *("Add", "Assert", "Clear", "Close", "Complete", "Convert", "ConvertFrom", "ConvertTo", "Copy", "Enable", "Enter"),
    *("Exit", "Format", "Get", "Hide", "Import", "Initialize", "Install", "Invoke", "Move", "New", "Open", "Read"),
    *("Protect", "Register", "Remove", "Resolve", "Restart", "Restore", "Save", "Send", "Set", "Start", "Stop"),
    *("Test", "Undo", "Uninstall", "Unprotect", "Unregister", "Update", "Wait", "Write"),
}
STATE_VERBS = {
    *("New", "Set", "Remove", "Copy", "Move", "Start", "Stop", "Restart", "Install", "Uninstall", "Save", "Update"),
    *("Register", "Restore", "Undo", "Unregister"),
}
# What only Windows has: commands of its modules, types of its system, members and programs that work on it.
WINDOWS_COMMANDS = re.compile(
    r"(\w+-(Cim\w+|Wmi\w+|Net(TCP|UDP|Firewall|IP)\w+|ScheduledTask\w*|Service|EventLog|Acl)|Get-WinEvent|Add-Type)",
    re.IGNORECASE,
)
WINDOWS_TYPES = re.compile(
    r"\[(System\.)?(CimInstance|Microsoft\.(Win32|Management)|Security\.(AccessControl|Principal)|Diagnostics\.Event"
    r"|ServiceProcess|Management\.Management|Runtime\.InteropServices|wmi|adsi)",
    re.IGNORECASE,
)
WINDOWS_MEMBERS = {"getaccesscontrol", "setaccesscontrol", "cimclass", "ciminstanceproperties"}
WINDOWS_PROGRAMS = re.compile(
    r"\b(sc|msiexec|netsh|schtasks|icacls|reg|wevtutil|net|takeown|wmic)\.exe\b|\bHKEY_|\bHKLM:", re.IGNORECASE
)
# The one cmdlet of Windows whose noun begins as those of the library do.
WINDOWS_OWN = {"Get-WinEvent"}
COMMON_ALIASES = {
    *("?", "%", "cat", "cd", "copy", "cp", "curl", "del", "dir", "echo", "fl", "foreach", "ft", "gc", "gci", "gcim"),
    *("gi", "gp", "gps", "gsv", "gwmi", "icim", "iex", "iwr", "kill", "ls", "mkdir", "move", "mv", "ni", "ps", "pwd"),
    *("ren", "ri", "rm", "sc", "select", "set", "sleep", "sort", "type", "wget", "where", "write"),
}


def windows_only(path: Path) -> set[str]:
    """Return what of a file only Windows has, as it is written there."""
    nodes = list(walk(parse(path)))
    commands = {text_of(node) for node in nodes if node.type == "command_name"}
    types = {text_of(node) for node in nodes if node.type == "type_literal"}
    members = {text_of(node) for node in nodes if node.type == "member_name"}
    texts = " ".join(text_of(node) for node in nodes if "string" in node.type or node.type == "generic_token")
    return {
        *(text for text in commands if WINDOWS_COMMANDS.fullmatch(text)),
        *(text for text in types if WINDOWS_TYPES.match(text)),
        *(text for text in members if text.lower() in WINDOWS_MEMBERS),
        *(found[0] for found in WINDOWS_PROGRAMS.finditer(texts)),
    }


def name_of(item: Path | Function) -> str:
    return item.stem if isinstance(item, Path) else item.name


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_file_is_powershell(path: Path) -> None:
    assert syntax_errors(path) == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_file_is_plain_ascii_with_short_lines(path: Path) -> None:
    text = path.read_bytes().decode("ascii")
    assert "\t" not in text
    assert [line for line in text.splitlines() if len(line) > 120 or line != line.rstrip()] == []


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_a_library_file_holds_one_function_named_after_it(path: Path) -> None:
    assert top_level_kinds(path) == ["function_statement"]
    assert [function.name for function in read_functions(path)] == [path.stem]


@pytest.mark.parametrize("path", [*LIBRARY, AGENT_FOLDER / "agent.ps1"], ids=name_of)
def test_functions_have_an_approved_verb_and_a_bearable_length(path: Path) -> None:
    for function in read_functions(path):
        verb, noun = function.name.split("-")
        assert verb in APPROVED_VERBS
        assert re.fullmatch(r"[A-Z]\w+", noun)
        assert any(attribute.startswith("[CmdletBinding(") for attribute in function.attributes)
        assert function.code_lines <= 60, function.name


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_only_the_seam_touches_what_only_windows_has(path: Path) -> None:
    used = windows_only(path)
    assert used == set() or is_of_the_seam(path), used


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_parts_of_the_seam_are_called_by_the_seam_alone(path: Path) -> None:
    """An engine that is no Windows answers what stands directly in windows/: no more of it is called elsewhere."""
    parts = {other.stem for other in library_files(internal=True) if is_of_the_seam(other)}
    called = {text_of(node) for node in walk(parse(path)) if node.type == "command_name"}
    assert called & parts == set() or is_of_the_seam(path)


def test_what_only_windows_has_is_known_when_it_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "Test-It.ps1"
    path.write_text("function Test-It { get-ciminstance Win32_Service; [IO.File]::SetAccessControl($a, $b); 'sc.exe' }")
    assert windows_only(path) == {"get-ciminstance", "SetAccessControl", "sc.exe"}


def test_every_file_of_the_library_is_read() -> None:
    found = {path for folder in LIBRARY_FOLDERS for path in folder.rglob("*.ps1")}
    assert found == set(ALL)


@pytest.mark.parametrize("path", library_files(internal=True), ids=name_of)
def test_the_help_of_what_only_the_library_calls_is_one_line(path: Path) -> None:
    (function,) = read_functions(path)
    assert function.help.parameters == {}
    assert list(function.help.sections) == ["SYNOPSIS"]
    assert re.fullmatch(r" *\S.*", function.help.sections["SYNOPSIS"])


@pytest.mark.parametrize("path", library_files(internal=False), ids=name_of)
def test_help_says_what_a_function_does_takes_and_returns(path: Path) -> None:
    (function,) = read_functions(path)
    assert {"SYNOPSIS", "OUTPUTS", "EXAMPLE"} <= function.help.sections.keys()
    assert list(function.help.parameters) == [parameter.name for parameter in function.parameters]
    assert all(function.help.parameters.values())
    assert function.help.sections["SYNOPSIS"].strip()


@pytest.mark.parametrize("path", [AGENT_FOLDER / "agent.ps1"], ids=name_of)
def test_every_function_of_the_agent_has_a_synopsis(path: Path) -> None:
    assert [function.name for function in read_functions(path) if "SYNOPSIS" not in function.help.sections] == []


@pytest.mark.parametrize("function", PUBLIC, ids=name_of)
def test_the_help_lists_the_properties_of_the_object_that_is_returned(function: Function) -> None:
    assert function.help.outputs
    if function.literals:
        assert function.help.outputs in function.literals


@pytest.mark.parametrize("function", PUBLIC, ids=name_of)
def test_functions_that_change_a_host_support_what_if(function: Function) -> None:
    head = " ".join(function.attributes)
    assert ("SupportsShouldProcess" in head) == (function.name.split("-")[0] in STATE_VERBS)
    assert "'High'" not in head


@pytest.mark.parametrize("function", PUBLIC, ids=name_of)
def test_every_parameter_has_a_type_of_the_wire(function: Function) -> None:
    wire = {"string", "string[]", "int", "long", "bool", "psobject", "psobject[]", "securestring", "securestring[]"}
    assert {parameter.type for parameter in function.parameters} <= wire


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_is_evaluated_from_text_and_no_alias_is_used(path: Path) -> None:
    commands = {text_of(node).lower() for node in walk(parse(path)) if node.type == "command_name"}
    assert not commands & (COMMON_ALIASES | {"invoke-expression"})


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_function_that_is_called_is_there(path: Path) -> None:
    defined = {function.name for other in LIBRARY for function in read_functions(other)}
    called = {text_of(node) for node in walk(parse(path)) if node.type == "command_name"}
    assert {name for name in called if re.search(r"-(Win|Memurai)[A-Z]", name)} <= defined | WINDOWS_OWN


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_what_a_table_may_hold_an_entry_of_is_not_asked_as_its_own_member(path: Path) -> None:
    """`$table.Keys` is the entry of that name in a table that has one, and in another one the collection of its keys.

    So `get_Keys()`, `get_Values()` and `get_Count()` ask the table, or `Length` an array; `['Keys']` is the entry, and
    `.'Keys'` the property of another object.
    """
    nodes = [node for node in walk(parse(path)) if node.type == "member_name"]
    members = {text_of(node.parent) for node in nodes if text_of(node).lower() in {"keys", "values", "count"}}
    assert members == set()


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_text_is_split_into_lines_at_any_run_of_line_ends(path: Path) -> None:
    r"""A program for Windows makes `\r\r\n` of a server's `\r\n`: split at `\r?\n`, each line keeps a `\r`."""
    operands = re.findall(r"-[ci]?split\s+'([^']*\\n[^']*)'", path.read_text(encoding="ascii"))
    assert set(operands) <= {r"[\r\n]+"}


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_no_time_is_read_whose_milliseconds_follow_its_seconds_at_once(path: Path) -> None:
    """.NET Framework reads no such text, whatever it holds (.NET does)."""
    text = path.read_text(encoding="ascii")
    assert "ParseExact" not in text or not re.search(r"[Hms]f", text)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_what_is_written_to_a_program_does_not_begin_with_a_byte_order_mark(path: Path) -> None:
    """Process.Start writes the preamble of the console's input encoding to a program that gets its input from us."""
    text = path.read_text(encoding="ascii")
    started = text.find("[Diagnostics.Process]::Start(")
    is_setting_it = 0 <= text.find("[Console]::InputEncoding = [Text.UTF8Encoding]::new($false)") < started
    assert is_setting_it or not re.search(r"StandardInput\.(?!Close\(\))", text)


def _commands_of_properties() -> set[str]:
    """Return the names of the commands whose output is the value of a property, and not a part of it or an array."""
    found = set()
    for node in (node for path in LIBRARY for node in walk(parse(path)) if node.type == "hash_entry"):
        value = node.named_children[-1]
        while value.named_child_count == 1 and value.type not in {"command", "array_expression"}:
            value = value.named_children[0]
        found |= {text_of(child) for child in value.children if child.type == "command_name"}
    return found


VALUES = _commands_of_properties()


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_a_function_that_gives_a_property_its_value_returns_one_on_every_way(path: Path) -> None:
    """To a property nothing is an object of its own, which ConvertTo-Json of 5.1 writes as {}."""
    body = next(node for node in walk(parse(path)) if node.type == "script_block_body")
    statements = next(node for node in walk(body) if node.type == "statement_list").named_children
    returns = [text_of(node) for node in walk(body) if node.type == "flow_control_statement"]
    is_whole = statements[-1].type in {"flow_control_statement", "try_statement"} and "return" not in returns
    assert is_whole or path.stem not in VALUES


# What no engine without Windows can show: files and what has to be in them, with the reason.
HELD = {
    "Copy-WinFile": (
        r"(?s)'ReadWrite, Delete'.*\.Flush\(\$true\)",
        "a server renames no snapshot over a file that is open otherwise; a power cut leaves a file of zeros",
    ),
    "Write-WinText": (r"\.Flush\(\$true\)", "a power cut leaves a file of zeros under its name otherwise"),
    "Add-MemuraiBackup": (
        r"(?s)Copy-WinFile.*rdb_last_bgsave_status'\] -cne 'ok'\).*Save-MemuraiSnapshot",
        "MoveFileEx replaces no file that is open: a snapshot that ended during the copy has failed",
    ),
    "Get-WinTaskInstance": (r"(?s)\$task = Get-ScheduledTask.*return \$task", "a return in try passes the error by"),
    "Set-WinAcl": (
        r"(?s)catch \[UnauthorizedAccessException\].*SetOwner.*SetAccessControl",
        "the right to take ownership gives the right to change the owner only",
    ),
    "Remove-WinEntry": (r"SetAttributes\(", ".NET deletes nothing that is read-only"),
    "Get-WinDirectorySize": (r"\.Refresh\(\)", "a listing has the former size of an open file"),
    "Get-MemuraiLogEnd": (r"Max\(\[long\]0", "the first argument says which Max: that of Int32 takes no 3 GiB"),
}


@pytest.mark.parametrize("name", HELD)
def test_what_only_windows_would_show_is_held(name: str) -> None:
    (path,) = (path for path in LIBRARY if path.stem == name)
    pattern, reason = HELD[name]
    assert re.search(pattern, path.read_text(encoding="ascii")), reason


@pytest.mark.parametrize("path", sorted(AGENT_FOLDER.glob("*.ps1")), ids=name_of)
def test_the_agent_does_not_name_the_automatic_variable_that_makes_powershell_read_stdin(path: Path) -> None:
    assert "$input" not in path.read_text(encoding="ascii").lower()


def test_the_bootstrap_fits_on_a_command_line_of_cmd() -> None:
    text = BOOTSTRAP.read_text(encoding="ascii")
    encoded = base64.b64encode(text.encode("utf-16-le")).decode("ascii")
    assert text.startswith("# winfra bootstrap\n")
    assert len(COMMAND_LINE_HEAD + encoded) < COMMAND_LINE_LIMIT
    assert len(text) < 3000


def test_the_bootstrap_asks_for_the_language_mode_before_it_uses_what_needs_the_full_language() -> None:
    before, check, after = BOOTSTRAP.read_text(encoding="ascii").partition("exit 3")
    assert check
    assert "LanguageMode" in before
    assert not re.search(r"\]::|\.\w+\(", before)
    assert "]::" in after
