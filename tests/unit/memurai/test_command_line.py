"""`python -m memurai`: the documentation, and new secrets."""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from memurai.__main__ import main
from memurai.settings import credentials, from_host_data
from memurai.settings.reference import reference


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def exported(text: str) -> dict[str, str]:
    """Return the variables that a shell has after reading export lines."""
    words = [shlex.split(line) for line in text.splitlines() if not line.startswith("#")]
    assert all(len(line) == 2 and line[0] == "export" for line in words)
    return dict(line[1].split("=", 1) for line in words)


def test_settings_prints_the_documentation() -> None:
    command = [sys.executable, "-m", "memurai", "settings"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert finished.stdout == reference()


@pytest.mark.parametrize(
    ("arguments", "prefix"),
    [
        ([], "MEMURAI"),
        (["--environment", "prod"], "MEMURAI_PROD"),
        (["--environment", "Eu_1"], "MEMURAI_EU_1"),
    ],
)
def test_generated_secrets_are_accepted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    host_data: dict[str, object],
    arguments: list[str],
    prefix: str,
) -> None:
    variables = exported(output_of(capsys, "secrets", "generate", *arguments))
    assert list(variables) == [f"{prefix}_PASSWORD", f"{prefix}_CONFIG_COMMAND"]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    security = {
        "password": f"env:{prefix}_PASSWORD",
        "renamed_commands": {"CONFIG": f"env:{prefix}_CONFIG_COMMAND"},
    }
    resolved = credentials.resolve(from_host_data("cache1", {**host_data, "memurai_security": security}))
    assert len(resolved.password.unmask()) >= 43
    assert resolved.renamed_commands["CONFIG"].unmask().startswith("CONFIG_")


def test_the_group_data_that_names_the_variables_is_printed_with_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, host_data: dict[str, object]
) -> None:
    """The default settings name others than those of an environment."""
    text = output_of(capsys, "secrets", "generate", "--environment", "prod", "--users")
    comments = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("#")]
    assert comments[0] == "They are read where group_data/prod.py says so:"
    data: dict[str, object] = {}
    exec("\n".join(comments[1:]), data)  # noqa: S102 - our own output
    variables = exported(text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    given = {name: data[name] for name in ("memurai_security", "memurai_users")}
    resolved = credentials.resolve(from_host_data("cache1", {**host_data, **given}))
    assert resolved.password.unmask() == variables["MEMURAI_PROD_PASSWORD"]
    assert resolved.users["backup"].unmask() == variables["MEMURAI_PROD_BACKUP_PASSWORD"]
    assert not [value for value in variables.values() if value in "".join(comments)]
    assert "#" not in output_of(capsys, "secrets", "generate")


def test_every_secret_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    made = [value for _ in range(3) for value in exported(output_of(capsys, "secrets", "generate")).values()]
    assert len(set(made)) == 6


def test_files_are_the_owner_s_alone_and_their_sources_are_printed(
    capsys: pytest.CaptureFixture[str], host_data: dict[str, object], tmp_path: Path
) -> None:
    folder = tmp_path / "the secrets"
    text = output_of(capsys, "secrets", "generate", "--environment", "prod", "--directory", str(folder))
    data: dict[str, object] = {}
    exec(text, data)  # noqa: S102 - our own output
    settings = from_host_data("cache1", {**host_data, "memurai_security": data["memurai_security"]})
    assert settings.security.password.get_secret_value() == f"file:{folder}/prod-password"
    assert set(settings.security.renamed_commands) == {"FLUSHDB", "FLUSHALL", "KEYS", "CONFIG"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert path.read_text().strip() not in text


def test_secrets_of_users_are_made_when_asked_for(
    capsys: pytest.CaptureFixture[str], host_data: dict[str, object], tmp_path: Path
) -> None:
    variables = exported(output_of(capsys, "secrets", "generate", "--users", "--environment", "prod"))
    names = [f"MEMURAI_PROD_{role}_PASSWORD" for role in ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL")]
    assert list(variables)[2:] == names
    data: dict[str, object] = {}
    exec(output_of(capsys, "secrets", "generate", "--users", "--directory", str(tmp_path / "s")), data)  # noqa: S102 - our own output
    given = {name: data[name] for name in ("memurai_security", "memurai_users")}
    resolved = credentials.resolve(from_host_data("cache1", {**host_data, **given}))
    assert len(resolved.users["backup"].unmask()) >= 43


@pytest.mark.parametrize("options", [[], ["--users"]])
def test_secrets_of_a_set_are_made_when_asked_for(
    capsys: pytest.CaptureFixture[str], host_data: dict[str, object], tmp_path: Path, options: list[str]
) -> None:
    command = ["secrets", "generate", *options, "--replication", "--environment", "prod"]
    names = [name.removeprefix("MEMURAI_PROD_") for name in exported(output_of(capsys, *command))]
    assert names[-1] == "REPLICATION_SENTINEL_PASSWORD"
    assert ("REPLICA_PASSWORD" in names) == bool(options)
    data: dict[str, object] = {"memurai_users": {}}
    exec(output_of(capsys, *command, "--directory", str(tmp_path / "s")), data)  # noqa: S102 - our own output
    given = {name: data[name] for name in ("memurai_security", "memurai_users")}
    own = {**data["memurai_replication"], "enabled": True, "first_primary": "cache1"}  # type: ignore[dict-item]
    network = {"bind": ["127.77.0.9"]}
    settings = from_host_data("cache1", {**host_data, **given, "memurai_replication": own, "memurai_network": network})
    resolved = credentials.resolve(settings)
    assert resolved.sentinel is not None
    assert len(resolved.sentinel.unmask()) >= 43
    assert set(resolved.users) == ({"application", "backup", "monitoring", "sentinel", "replica"} if options else set())


def test_a_file_that_exists_is_never_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    present = tmp_path / "prod-config-command"
    present.write_text("in use")
    assert main(["secrets", "generate", "--environment", "prod", "--directory", str(tmp_path)]) == 2
    assert f"expected no file at {present}, found one" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["prod-config-command"]
    assert present.read_text() == "in use"


def test_a_folder_that_cannot_be_written_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    obstacle = tmp_path / "file"
    obstacle.write_text("")
    assert main(["secrets", "generate", "--directory", str(obstacle / "inside")]) == 2
    assert "expected to write secrets into" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["secrets", "generate", "--environment", "a b"], "expected letters, digits and _"),
        (["secrets"], "required"),
        (["setings"], "invalid choice"),
        ([], "required"),
    ],
)
def test_a_wrong_command_line_is_answered_with_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err
