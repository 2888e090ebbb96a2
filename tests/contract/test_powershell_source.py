import base64
import re
from pathlib import Path

import pytest
from powershell_source import (
    AGENT_FOLDER,
    Function,
    all_files,
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
    *("Add", "Assert", "Clear", "Complete", "Convert", "ConvertFrom", "ConvertTo", "Copy", "Enable", "Enter", "Exit"),
    *("Format", "Get", "Hide", "Import", "Initialize", "Install", "Invoke", "Move", "New", "Open", "Read", "Remove"),
    *("Register", "Resolve", "Restart", "Restore", "Save", "Send", "Set", "Start", "Stop", "Uninstall", "Unregister"),
    *("Test", "Update", "Wait", "Write"),
}
STATE_VERBS = {
    *("New", "Set", "Remove", "Copy", "Start", "Stop", "Restart", "Install", "Uninstall", "Save", "Update"),
    *("Register", "Restore", "Unregister"),
}
# The one cmdlet of Windows whose noun begins as those of the library do.
WINDOWS_OWN = {"Get-WinEvent"}
COMMON_ALIASES = {
    *("?", "%", "cat", "cd", "copy", "cp", "curl", "del", "dir", "echo", "fl", "foreach", "ft", "gc", "gci", "gcim"),
    *("gi", "gp", "gps", "gsv", "gwmi", "icim", "iex", "iwr", "kill", "ls", "mkdir", "move", "mv", "ni", "ps", "pwd"),
    *("ren", "ri", "rm", "sc", "select", "set", "sleep", "sort", "type", "wget", "where", "write"),
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
def test_help_says_what_a_function_does_takes_and_returns(path: Path) -> None:
    (function,) = read_functions(path)
    assert {"SYNOPSIS", "OUTPUTS", "EXAMPLE"} <= function.help.sections.keys()
    assert list(function.help.parameters) == [parameter.name for parameter in function.parameters]
    assert all(function.help.parameters.values())
    assert re.match(r"\S", function.help.sections["SYNOPSIS"].strip())


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
    wire = {"string", "string[]", "int", "long", "bool", "psobject[]", "securestring"}
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
