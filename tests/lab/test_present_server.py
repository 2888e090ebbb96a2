"""A server that has data already is never started without it: the run is refused, and the way on keeps every key."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run
from present_practice import (
    GUIDE_CONFIGURATION,
    OLD_PASSWORD,
    Operator,
    at_rest,
    build_by_the_guide,
    client,
    fill,
    install_with_defaults,
    run_on,
    steps,
    wait_until_written,
)

from winlab.package import build

KEYS = 5000
CONFIGURATION = "C:/ProgramData/Memurai/config/memurai-production.conf"
STORAGE = "memurai_storage"


def assert_refused(practice: Practice, before: dict[str, tuple[str, float]], run: Run, *expected: str) -> None:
    """The reasons are said and nothing on the host was touched."""
    assert run.exit_code == 1, run.output
    for text in expected:
        assert text in run.output, f"{text} is missing in:\n{run.output}"
    assert at_rest(practice.machine) == before
    assert "Traceback" not in run.output


def assert_deployed(practice: Practice, operator: Operator, keys: int = KEYS) -> None:
    """The server is the deployed one and has all keys, also after a restart; another deploy changes nothing."""
    settled = practice.deploy("--json", inventory=practice.inventory(lab1=operator.data))
    assert (settled.exit_code, settled.changed) == (0, []), settled.output
    for _ in range(2):
        with client(practice, CANARY) as connection:
            assert (connection.dbsize(), connection.get("key:4999")) == (keys, "4999")
            assert connection.info("persistence")["aof_enabled"] == 1
        practice.machine.services.stop("Memurai")
        practice.machine.services.start("Memurai")


def test_a_server_built_by_the_guide_is_refused_and_its_keys_come_along_when_the_words_are_obeyed(
    bare: Practice,
) -> None:
    build_by_the_guide(bare)
    fill(bare, OLD_PASSWORD)
    before, process = at_rest(bare.machine), bare.machine.services.get("Memurai").process_id
    operator = Operator(bare, {}, OLD_PASSWORD)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "5000 keys", "C:\\ProgramData\\Memurai", "memurai-production.conf")
    assert bare.machine.services.get("Memurai").process_id == process
    with client(bare, OLD_PASSWORD) as connection:
        assert connection.dbsize() == KEYS
    # The first words are about the settings, the next ones about the data.
    operator.obey(refused)
    moved = operator.last
    assert moved is not None
    assert_refused(bare, before, moved, "5000 keys", "C:\\ProgramData\\Memurai-production\\data")
    operator.obey(moved)
    assert_deployed(bare, operator)


def test_a_managed_server_whose_base_is_set_anew_is_refused(bare: Practice) -> None:
    assert bare.deploy().exit_code == 0
    fill(bare, CANARY)
    before = at_rest(bare.machine)
    operator = Operator(bare, {STORAGE: {"base": "C:/Memurai2"}}, CANARY)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "5000 keys", "C:\\ProgramData\\Memurai\\data", "C:\\Memurai2\\data")
    with client(bare, CANARY) as connection:
        assert connection.dbsize() == KEYS
    # Each step alone, before which there is no preflight.
    for task in ("configure", "service"):
        alone = bare.run("pyinfra", bare.inventory(lab1=operator.data), f"tasks/{task}.py", "-y")
        assert_refused(bare, before, alone, "5000 keys")
    operator.obey(refused)
    assert_deployed(bare, operator)


def test_a_server_that_shall_stay_where_it_is_stays(bare: Practice) -> None:
    assert bare.deploy().exit_code == 0
    fill(bare, CANARY)
    refused = Operator(bare, {STORAGE: {"base": "C:/Memurai2"}}, CANARY).deploy()
    folders = {"config": "C:/ProgramData/Memurai/config", "data": "C:/ProgramData/Memurai/data"}
    words = " and ".join(f'"{key}": "{folder}"' for key, folder in folders.items())
    assert f"If it shall stay where it is, give memurai_storage {words}." in refused.output
    operator = Operator(bare, {STORAGE: {"base": "C:/Memurai2", **folders}}, CANARY)
    assert operator.deploy().exit_code == 0
    assert_deployed(bare, operator)


def test_a_running_server_with_the_installers_defaults_is_refused(bare: Practice) -> None:
    install_with_defaults(bare)
    fill(bare, None)
    before = at_rest(bare.machine)
    operator = Operator(bare, {}, None)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "5000 keys", "C:\\Program Files\\Memurai")
    operator.obey(refused)
    assert_deployed(bare, operator)


def test_an_empty_server_with_the_installers_defaults_is_taken_over(bare: Practice) -> None:
    install_with_defaults(bare)
    operator = Operator(bare, {}, None)
    run = operator.deploy()
    assert run.exit_code == 0, run.output
    fill(bare, CANARY)
    assert_deployed(bare, operator)


def test_a_stopped_server_with_the_installers_defaults_is_refused(bare: Practice) -> None:
    install_with_defaults(bare)
    fill(bare, None)
    with client(bare, None) as connection:
        connection.save()
    bare.machine.services.stop("Memurai")
    before = at_rest(bare.machine)
    operator = Operator(bare, {}, None)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "C:\\Program Files\\Memurai\\dump.rdb")
    operator.obey(refused)
    assert_deployed(bare, operator)


def test_a_file_changed_by_hand_is_mended_while_the_data_stays(bare: Practice) -> None:
    """The server runs where the settings say; its file would start it elsewhere."""
    assert bare.deploy().exit_code == 0
    fill(bare, CANARY)
    text = bare.machine.files.read_bytes(CONFIGURATION)
    moved = text.replace(b'dir "C:/ProgramData/Memurai/data"', b'dir "C:/ProgramData/Memurai/elsewhere"')
    assert moved != text
    bare.machine.files.write_bytes(CONFIGURATION, moved)
    run = bare.deploy("--json")
    assert run.exit_code == 0, run.output
    assert_deployed(bare, Operator(bare, {}, CANARY))


def test_a_server_that_was_sent_elsewhere_by_hand_is_refused(bare: Practice) -> None:
    """CONFIG SET dir: its snapshots go where neither its file nor the settings look for them."""
    data: dict[str, object] = {"memurai_extra": {"directives": {"enable-protected-configs": "yes"}}}
    operator = Operator(bare, data, CANARY, {"CONFIG": CONFIG_COMMAND})
    assert operator.deploy().exit_code == 0
    fill(bare, CANARY)
    elsewhere = "C:/ProgramData/Memurai/data-elsewhere"
    made = bare.deploy_code(f"""
    from winfra.operations import files
    files.directory(name="By hand", path="{elsewhere}")
    """)
    assert made.exit_code == 0, made.output
    local = bare.machine.files.local_path(elsewhere)
    assert bare.ask(CONFIG_COMMAND, "SET", "dir", str(local)) == "OK"
    before = at_rest(bare.machine)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "5000 keys", "data-elsewhere", "CONFIG REWRITE")
    # What the server runs with, then its files, then the way into the new configuration.
    while steps(refused):
        operator.obey(refused)
        assert operator.last is not None
        refused = operator.last
    assert_deployed(bare, operator)


def test_a_stopped_server_whose_snapshot_is_newer_than_its_append_only_file_is_refused(bare: Practice) -> None:
    """CONFIG SET appendonly no: its file still names what it does not write any more."""
    operator = Operator(bare, {}, CANARY)
    assert operator.deploy().exit_code == 0
    assert bare.ask(CONFIG_COMMAND, "SET", "appendonly", "no") == "OK"
    fill(bare, CANARY)
    assert bare.ask("SAVE") == "OK"
    bare.machine.services.stop("Memurai")
    before = at_rest(bare.machine)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "found the snapshot newer", "appendonlydir (", "dump.rdb (")
    operator.choose(refused, "a start without it")
    operator.obey(operator.deploy())
    assert_deployed(bare, operator)


def test_a_stopped_server_whose_append_only_file_is_not_named_any_more_is_refused(bare: Practice) -> None:
    operator = Operator(bare, {}, CANARY)
    assert operator.deploy().exit_code == 0
    assert bare.ask("SAVE") == "OK"
    fill(bare, CANARY)
    text = bare.machine.files.read_bytes(CONFIGURATION)
    bare.machine.files.write_bytes(CONFIGURATION, text.replace(b"appendonly yes", b"appendonly no"))
    bare.machine.services.stop("Memurai")
    before = at_rest(bare.machine)
    refused = operator.deploy()
    assert_refused(bare, before, refused, "found the append-only file newer", "appendonlydir (", "dump.rdb (")
    operator.choose(refused, "the append-only file")
    run = operator.deploy()
    assert run.exit_code == 0, run.output
    assert_deployed(bare, operator)


def edit(practice: Practice, old: str, new: str) -> None:
    """Change the file of the deployed server by hand."""
    text = practice.machine.files.read_bytes(CONFIGURATION)
    assert text.count(old.encode()) == 1
    practice.machine.files.write_bytes(CONFIGURATION, text.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("by_hand", ["in its file", "while it runs"])
def test_another_version_is_not_installed_over_a_server_that_would_start_on_another_file(
    bare: Practice, tmp_path: Path, by_hand: str
) -> None:
    """The installation comes before the configuration: the new version starts on the file as it is."""
    operator = Operator(bare, {}, CANARY)
    assert operator.deploy().exit_code == 0
    if by_hand == "in its file":
        fill(bare, CANARY)
        edit(bare, "appendonly yes", "appendonly no")
    else:
        assert bare.ask(CONFIG_COMMAND, "SET", "appendonly", "no") == "OK"
        fill(bare, CANARY)
    package = build("4.3.0", tmp_path / "4.3.0.msi")
    newer = {
        "WINLAB_PACKAGE": str(package),
        "WINLAB_PACKAGE_VERSION": "4.3.0",
        "WINLAB_PACKAGE_SHA256": sha256(package.read_bytes()).hexdigest(),
    }
    before = at_rest(bare.machine)
    refused = bare.deploy(**newer)
    assert_refused(bare, before, refused, "to say what the server runs with before it is stopped", "tasks/configure.py")
    alone = bare.run("pyinfra", "inventories/lab.py", "tasks/install.py", "-y", environment=newer)
    assert_refused(bare, before, alone, "to say what the server runs with before it is stopped")
    operator.obey(refused)
    assert bare.deploy(**newer).exit_code == 0
    with client(bare, CANARY) as connection:
        assert connection.dbsize() == KEYS


def test_a_service_is_not_restarted_alone_on_a_file_that_says_another_thing(bare: Practice) -> None:
    assert bare.deploy().exit_code == 0
    assert bare.ask(CONFIG_COMMAND, "SET", "appendonly", "no") == "OK"
    fill(bare, CANARY)
    before = at_rest(bare.machine)
    inventory = bare.inventory(lab1={"memurai_service": {"account": "NT AUTHORITY\\NetworkService"}})
    alone = bare.run("pyinfra", inventory, "tasks/service.py", "-y")
    assert_refused(bare, before, alone, "to say what the server runs with before it is stopped")


@pytest.mark.parametrize("name", ["dbfilename", "appendfilename"])
def test_another_file_name_in_the_same_folder_copies_nothing_onto_itself(bare: Practice, name: str) -> None:
    assert bare.deploy().exit_code == 0
    fill(bare, CANARY)
    operator = Operator(bare, {"memurai_persistence": {name: "cache.of"}}, CANARY)
    refused = operator.deploy()
    assert "Copy-Item" not in refused.output
    operator.obey(refused)
    assert_deployed(bare, operator)


def test_functions_of_a_server_without_keys_are_data(bare: Practice) -> None:
    install_with_defaults(bare)
    code = "#!lua name=own\nredis.register_function('f', function() return 1 end)"
    with client(bare, None) as connection:
        connection.function_load(code)
    operator = Operator(bare, {}, None)
    operator.obey(operator.deploy())
    with client(bare, CANARY) as connection:
        assert connection.fcall("f", 0) == 1


WITHOUT_CONFIG = {
    "memurai_security": {"password": "env:MEMURAI_LAB_PASSWORD", "renamed_commands": {"CONFIG": "", "FLUSHALL": ""}},
}


def test_a_file_that_a_server_without_config_may_not_have_read_is_not_believed(bare: Practice) -> None:
    operator = Operator(bare, {**WITHOUT_CONFIG, "memurai_persistence": {"appendonly": False}}, CANARY)
    assert operator.deploy().exit_code == 0
    fill(bare, CANARY)
    data, logs = "C:/ProgramData/Memurai/data", "C:/ProgramData/Memurai/logs"
    edit(bare, f'dir "{data}"', f'dir "{logs}"')
    before = at_rest(bare.machine)
    assert_refused(bare, before, operator.deploy(), "CONFIG disabled", "it may run with another place")
    edit(bare, f'dir "{logs}"', f'dir "{data}"')
    assert operator.deploy().exit_code == 0
    with client(bare, CANARY) as connection:
        assert connection.dbsize() == KEYS


def test_keys_beyond_the_databases_of_a_changed_file_are_seen_without_config(bare: Practice) -> None:
    more = {"memurai_extra": {"directives": {"databases": 32}}}
    assert bare.deploy(inventory=bare.inventory(lab1={**WITHOUT_CONFIG, **more})).exit_code == 0
    for database in (0, 20):
        with client(bare, CANARY, db=database) as connection:
            connection.set("user", f"in-db{database}")
            wait_until_written(connection)
    edit(bare, 'databases "32"', "databases 16")
    before = at_rest(bare.machine)
    refused = bare.deploy(inventory=bare.inventory(lab1=WITHOUT_CONFIG))
    assert_refused(bare, before, refused, "databases that go (16 to 20), found db20: 1 keys")


def test_what_can_not_be_known_of_a_present_server_is_refused(bare_pair: Practice) -> None:
    machine = bare_pair.machine
    build_by_the_guide(bare_pair)
    fill(bare_pair, OLD_PASSWORD)
    text = machine.files.read_bytes(GUIDE_CONFIGURATION)
    image_path = machine.services.get("Memurai").settings.image_path

    def refusal(*expected: str) -> None:
        before, process = at_rest(machine), machine.services.get("Memurai").process_id
        run = bare_pair.deploy("--json", inventory=bare_pair.inventory())
        assert_refused(bare_pair, before, run, "@winrm/lab1", *expected)
        assert machine.services.get("Memurai").process_id == process
        assert OLD_PASSWORD not in run.output

    with client(bare_pair, OLD_PASSWORD) as connection:
        connection.execute_command("CONFIG_xyz123", "SET", "requirepass", "set-by-hand")
        refusal(GUIDE_CONFIGURATION.replace("/", "\\"), "WRONGPASS", "Write into that file")
        assert bare_pair.lab.machines["lab2"].services.get("Memurai").state == "Running"
        machine.files.write_bytes(GUIDE_CONFIGURATION, text.replace(OLD_PASSWORD.encode(), b"set-by-hand"))
        refusal("5000 keys")
    machine.files.write_bytes(GUIDE_CONFIGURATION, b'requirepass "never-closed\r\n')
    refusal("line 1", "Mend or remove that line")
    machine.files.write_bytes(GUIDE_CONFIGURATION, text)
    run_on(machine, f"{image_path} --maxmemory 1gb")
    refusal("the option --maxmemory on its command line", "sc.exe config")
