"""Scripts (`run`): exit codes, output, errors, and what surrounds them."""

from __future__ import annotations

import pytest
from contract_host import ContractHost

from winfra.session.frames import Reply

VARIABLE = "WINFRA_CONTRACT"


def lines(reply: Reply) -> list[str]:
    assert (reply.exit_code, reply.stderr) == (0, b""), reply
    return reply.stdout.decode().splitlines()


@pytest.mark.parametrize("code", [0, 1, 7, 255, 3010])
def test_the_exit_code_and_what_came_before_are_kept(host: ContractHost, code: int) -> None:
    reply = host.run(f"'before'\nexit {code}\n'after'")
    assert (reply.exit_code, reply.stdout, reply.stderr) == (code, b"before\r\n", b"")


def test_a_script_that_prints_nothing_succeeds(host: ContractHost) -> None:
    assert host.run("# nothing") == Reply(0, b"", b"")


@pytest.mark.parametrize("text", ["Größe Ω 漢字 \U0001f40d", "it''s $(not) `evaluated", "x" * 10_000])
def test_text_arrives_as_it_is(host: ContractHost, text: str) -> None:
    reply = host.run(f"'{text}'; Write-Output 'second'")
    assert reply.stdout == f"{text.replace(chr(39) * 2, chr(39))}\r\nsecond\r\n".encode()


def test_an_error_that_ends_the_script_is_exit_code_1(host: ContractHost) -> None:
    reply = host.run("'before'; throw 'expected Größe, found none'; 'after'")
    assert (reply.exit_code, reply.stdout) == (1, b"before\r\n")
    assert "expected Größe, found none" in reply.stderr.decode()


def test_an_error_that_does_not_end_the_script_is_exit_code_1_too(host: ContractHost) -> None:
    reply = host.run("Write-Error 'a record'; 'after'")
    assert (reply.exit_code, reply.stdout) == (1, b"after\r\n")
    assert "a record" in reply.stderr.decode()


def test_an_exit_code_of_its_own_counts_more_than_errors(host: ContractHost) -> None:
    reply = host.run("Write-Error 'a record'; exit 0")
    assert (reply.exit_code, reply.stdout) == (0, b"")
    assert "a record" in reply.stderr.decode()


@pytest.mark.parametrize("value", ["plain", "Größe Ω", "with 'quotes' \" and blanks "])
def test_the_environment_is_there_for_one_script(host: ContractHost, value: str) -> None:
    script = f'"[$env:{VARIABLE}]"'
    assert lines(host.run(script, Environment={VARIABLE: value})) == [f"[{value}]"]
    assert lines(host.run(script)) == ["[]"]


def test_a_secret_in_the_environment_is_there_for_one_script(host: ContractHost) -> None:
    script = f'"[$env:{VARIABLE}]"'
    assert lines(host.run(script, Environment={VARIABLE: {"$secret": "a secret Ω"}})) == ["[a secret Ω]"]
    assert lines(host.run(script)) == ["[]"]


def test_a_variable_that_a_script_changes_is_put_back(host: ContractHost) -> None:
    script = f"$env:{VARIABLE} = 'changed'; $env:{VARIABLE}"
    assert lines(host.run(script, Environment={VARIABLE: "given"})) == ["changed"]
    assert lines(host.run(f'"[$env:{VARIABLE}]"')) == ["[]"]


def test_lines_of_input_are_piped_into_the_script(host: ContractHost) -> None:
    given = ["first", "", "  Größe Ω", "'quoted' \"twice\""]
    assert lines(host.run("$input", Input=given)) == given
    assert lines(host.run("$input")) == []


def test_a_folder_is_the_working_folder_of_one_script(host: ContractHost, folder: str) -> None:
    (home,) = lines(host.run("$PWD.Path"))
    assert lines(host.run("$PWD.Path", Directory=folder.replace("\\", "/"))) == [folder]
    assert lines(host.run("$PWD.Path")) == [home]


def test_a_folder_that_is_not_there_is_an_error_and_the_script_does_not_run(host: ContractHost, folder: str) -> None:
    script = f"New-WinDirectory -Path '{folder}\\made'"
    reply = host.run(script, Directory=f"{folder}\\none")
    assert reply.exit_code == 1
    assert f"{folder}\\none" in reply.stderr.decode()
    assert host.kind(f"{folder}\\made") == "Absent"


def test_a_script_may_call_the_library(host: ContractHost, folder: str) -> None:
    assert host.run(f"New-WinDirectory -Path '{folder}\\made'").exit_code == 0
    assert host.kind(f"{folder}\\made") == "Directory"
    reply = host.run("Get-WinItem -Path 'relative'")
    assert reply.exit_code == 1
    assert "Expected an absolute path" in reply.stderr.decode()
