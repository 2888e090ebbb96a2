"""Secrets are found by their source and do not show."""

from __future__ import annotations

import shlex
import sys
import threading
from pathlib import Path

import pytest
from pyinfra.api import HiddenValue

from winfra import secrets
from winfra.exceptions import SecretError
from winfra.secrets import hidden, hidden_values, is_source, resolve, scrub


def test_an_environment_variable_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_PASSWORD", "canary-7391")
    secret = resolve("env:CACHE_PASSWORD", what="password of cache1")
    assert secret.unmask() == "canary-7391"
    assert f"{secret} {secret!r}" == "<secret> '<secret>'"


def test_a_hidden_value_is_the_secret_itself() -> None:
    assert resolve(HiddenValue("canary-7391"), what="password").unmask() == "canary-7391"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("env:NOT_THERE_AT_ALL", "expected the environment variable NOT_THERE_AT_ALL to be set, found nothing"),
        (HiddenValue(""), "expected a value that is not empty"),
        ("canary-7391", "expected a source like env:NAME"),
        ("env:canary-7391!", "expected a source like env:NAME"),
        ("cmd:", "expected a source like env:NAME, file:PATH or cmd:COMMAND"),
        ("cmd:vault 'canary-7391", "expected a source like env:NAME"),
        ("file:", "expected a source like env:NAME"),
        ("vault:canary-7391", "expected a source like env:NAME"),
        ("file:/not/there", "expected the secret in the file /not/there of this machine, found no file there"),
        ("file:~nobody-of-that-name/secret", "expected to read the file ~nobody-of-that-name/secret, found an error"),
        (f"file:/{'x' * 300}", "found an error"),
        ("file:/", "expected the secret in the file / of this machine, found no file there"),
        ("cmd:/not/there --token canary-7391", "expected to start the command of this source (/not/there)"),
    ],
)
def test_a_source_that_gives_nothing_is_an_error_without_the_value(source: str | HiddenValue, expected: str) -> None:
    with pytest.raises(SecretError) as caught:
        resolve(source, what="password of cache1")
    assert expected in str(caught.value)
    assert "password of cache1" in str(caught.value)
    assert "canary" not in str(caught.value)


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret file"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def python_source(program: str, *arguments: str) -> str:
    return f"cmd:{shlex.join([sys.executable, '-c', program, *arguments])}"


def problem_of(source: str) -> str:
    with pytest.raises(SecretError) as caught:
        resolve(source, what="password of cache1")
    return str(caught.value)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_file_is_read_without_the_newline_at_its_end(tmp_path: Path, end: bytes) -> None:
    path = secret_file(tmp_path, b" canary-7391 \n" + end)
    assert resolve(f"file:{path}", what="password").unmask() == (" canary-7391 " if not end else " canary-7391 \n")


def test_a_file_of_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    secret_file(tmp_path, b"canary-7391")
    assert resolve("file:~/secret file", what="password").unmask() == "canary-7391"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_file_that_others_have_access_to_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, b"canary-7391", mode)
    problem = problem_of(f"file:{path}")
    assert f"expected a file that only its owner can read, found mode {mode:o}" in problem
    assert f"chmod 600 '{path}'" in problem
    assert "canary" not in problem


@pytest.mark.parametrize("content", [b"", b"\n", b"canary\xff"])
def test_a_file_without_a_text_is_refused(tmp_path: Path, content: bytes) -> None:
    problem = problem_of(f"file:{secret_file(tmp_path, content)}")
    assert "expected a secret as UTF-8 text" in problem
    assert "canary" not in problem


def test_a_command_is_run_without_a_shell_and_its_output_is_the_secret() -> None:
    secret = resolve(python_source("import sys; print(sys.argv[1])", "canary; echo $HOME"), what="password")
    assert secret.unmask() == "canary; echo $HOME"
    assert "canary" not in repr(secret)


def test_a_command_that_fails_is_named_by_its_exit_code_and_nothing_it_printed_is_shown() -> None:
    program = "import sys; print('canary-1'); print('canary-2', file=sys.stderr); sys.exit(7)"
    problem = problem_of(python_source(program, "--token", "canary-3"))
    assert problem.startswith("password of cache1: expected the command of this source (")
    assert "found exit code 7" in problem
    assert "canary" not in problem


def test_a_command_that_prints_nothing_is_refused() -> None:
    assert "to print a secret as UTF-8 text, found none" in problem_of(python_source("print()"))


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_TIMEOUT_SECONDS", 0.2)
    problem = problem_of(python_source("import threading; print('canary', flush=True); threading.Event().wait()"))
    assert "to end within 0.2 s, found it still running" in problem
    assert "canary" not in problem


def test_a_command_has_no_input_to_wait_for() -> None:
    assert resolve(python_source("import sys; print(len(sys.stdin.read()))"), what="password").unmask() == "0"


@pytest.mark.parametrize("exit_code", [0, 3])
def test_a_command_runs_once_however_many_ask_at_once(tmp_path: Path, exit_code: int) -> None:
    log = tmp_path / "log"
    program = "import sys; open(sys.argv[1], 'a').write('x'); print('canary'); sys.exit(int(sys.argv[2]))"
    source = python_source(program, str(log), str(exit_code))
    answers: list[str] = []

    def ask(what: str) -> None:
        try:
            answers.append(resolve(source, what=what).unmask())
        except SecretError as error:
            answers.append(str(error).split(":")[0])

    threads = [threading.Thread(target=ask, args=(f"host {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.read_text() == "x"
    assert sorted(answers) == (["canary"] * 4 if exit_code == 0 else [f"host {number}" for number in range(4)])


def test_a_file_keeps_its_value_for_the_run(tmp_path: Path) -> None:
    path = secret_file(tmp_path, b"canary-7391")
    assert resolve(f"file:{path}", what="password").unmask() == "canary-7391"
    path.write_bytes(b"another-5528")
    assert resolve(f"file:{path}", what="password").unmask() == "canary-7391"


def test_the_form_of_a_source_is_seen_without_looking_it_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert is_source(python_source("import sys; open(sys.argv[1], 'w')", str(log)))
    assert is_source("env:NOT_THERE_AT_ALL")
    assert is_source("file:/not/there")
    assert not is_source("canary-7391")
    assert not log.exists()


def test_scrub_replaces_the_longest_secret_first() -> None:
    assert scrub("is abcd1234 or abcd", {"abcd", "abcd1234"}) == "is <secret> or <secret>"


def test_hidden_values_are_found_at_any_depth() -> None:
    value = {"a": [hidden("one1"), {"b": (hidden("two2"), "plain")}], "c": 3}
    assert hidden_values(value) == {"one1", "two2"}
