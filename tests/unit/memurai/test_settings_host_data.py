"""From host data to settings: the defaults, and every problem named."""

from pathlib import Path

import pytest
from practice import CONFIG_COMMAND, PASSWORD

from memurai.exceptions import SettingsError
from memurai.settings import Settings, credentials, from_host_data

GUIDE_PASSWORD = "RLr5E73KjlPcAghcLXjBEdWJzqFVeV3EQ1GyQzqoOxo="


def problems_of(data: dict[str, object], origins: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        from_host_data("cache1", data, origins)
    return list(raised.value.problems)


def only_problem(data: dict[str, object]) -> str:
    (problem,) = problems_of(data)
    return problem


def test_the_defaults_are_the_guide_s_figures(settings: Settings) -> None:
    assert settings.network.bind == ("127.0.0.1",)
    assert settings.memory.maxmemory == 2 * 1024**3
    assert settings.persistence.save == ((900, 1), (300, 10), (60, 10000))
    assert settings.storage.data == "C:/ProgramData/Memurai/data"
    assert settings.service.account == r"NT SERVICE\Memurai"
    assert settings.service.recovery_delays_seconds == (5, 30, 60)
    assert set(settings.security.renamed_commands) == {"FLUSHDB", "FLUSHALL", "KEYS", "CONFIG"}


def test_every_field_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        fields = field.annotation.model_fields  # type: ignore[union-attr]
        assert all(inner.description for inner in fields.values()), name


def test_all_problems_are_reported_at_once_with_their_host(host_data: dict[str, object]) -> None:
    data = {
        **host_data,
        "memurai_netwrok": {},
        "memurai_network": {"port": 70000, "prot": 6379, "bind": ["localhost"]},
        "memurai_memory": {"maxmemory": "2 gb"},
        "memurai_storage": {"base": "relative"},
        "memurai_security": {"maxclients": 100},
        "memurai_service": 3,
    }
    with pytest.raises(SettingsError, match=r"^cache1: the settings have 8 problem") as raised:
        from_host_data("cache1", data)
    keys = [problem.split(":")[0] for problem in raised.value.problems]
    assert keys == [
        "memurai_netwrok",
        "memurai_storage.base",
        "memurai_network.bind[0]",
        "memurai_network.port",
        "memurai_network.prot",
        "memurai_memory.maxmemory",
        "memurai_service",
        "memurai_security.maxclients",
    ]


def test_a_problem_says_where_the_key_was_found(host_data: dict[str, object]) -> None:
    data = {**host_data, "memurai_network": {"port": 80}}
    (problem,) = problems_of(data, {"memurai_network": "group_data/prod.py"})
    assert problem == "group_data/prod.py: memurai_network.port: expected greater than or equal to 1024, found 80"


@pytest.mark.parametrize(
    ("data", "nearest"),
    [
        ({"memurai_netwrok": {}}, "memurai_network"),
        ({"memruai_memory": {}}, "memurai_memory"),
        ({"memurai_memory": {"maxmemroy": "1gb"}}, "maxmemory"),
        ({"memurai_security": {"renamed_commands": {"FLUSHDBB": ""}}}, "FLUSHDB"),
        ({"memurai_security": {"renamed_commands": {"keys": ""}}}, "KEYS"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest(
    host_data: dict[str, object], data: dict[str, object], nearest: str
) -> None:
    assert f"did you mean {nearest}?" in only_problem({**host_data, **data})


def test_data_of_others_is_left_alone(host_data: dict[str, object]) -> None:
    assert from_host_data("cache1", {**host_data, "winrm_user": "Administrator", "colour": "blue"})


@pytest.mark.parametrize("missing", ["version", "source", "sha256"])
def test_a_package_variable_that_is_not_set_is_a_problem(host_data: dict[str, object], missing: str) -> None:
    package = {"version": "4.1.2", "source": "a.msi", "sha256": "0" * 64, missing: ""}
    assert only_problem({**host_data, "memurai_package": package}).startswith(f"memurai_package.{missing}: expected")


@pytest.mark.parametrize("bind", [["10.0.0.5"], ["127.0.0.1", "-10.0.0.5"], ["0.0.0.0"], ["*"], ["-::*"], ["fd00::1"]])  # noqa: S104
def test_a_server_open_to_the_network_needs_named_clients(host_data: dict[str, object], bind: list[str]) -> None:
    problem = only_problem({**host_data, "memurai_network": {"bind": bind}})
    assert problem.startswith("memurai_network.allowed_addresses: expected the clients' addresses")
    network = {"bind": bind, "allowed_addresses": ["10.0.4.0/24"]}
    assert from_host_data("cache1", {**host_data, "memurai_network": network}).network.is_remote


@pytest.mark.parametrize("bind", [["127.0.0.1"], ["127.77.0.3", "-::1"]])
def test_loopback_needs_no_clients(host_data: dict[str, object], bind: list[str]) -> None:
    assert not from_host_data("cache1", {**host_data, "memurai_network": {"bind": bind}}).network.is_remote


@pytest.mark.parametrize("everyone", ["0.0.0.0/0", "::/0", "Any", "*", "0.0.0.0/1", "LocalSubnet", "10.0.0.1/24"])
def test_everyone_is_no_client(host_data: dict[str, object], everyone: str) -> None:
    network = {"bind": ["10.0.0.5"], "allowed_addresses": [everyone]}
    problem = only_problem({**host_data, "memurai_network": network})
    assert problem.startswith("memurai_network.allowed_addresses[0]: expected")
    assert repr(everyone) in problem


@pytest.mark.parametrize(
    ("bind", "local"),
    [
        (["127.77.0.3"], "127.77.0.3"),
        (["10.0.0.5", "127.0.0.1"], "127.0.0.1"),
        (["-10.0.0.6", "10.0.0.5"], "10.0.0.5"),
        (["0.0.0.0"], "127.0.0.1"),  # noqa: S104
        (["::"], "::1"),
    ],
)
def test_the_host_reaches_its_server_at_an_address_it_listens_on(
    host_data: dict[str, object], bind: list[str], local: str
) -> None:
    network = {"bind": bind, "allowed_addresses": ["10.0.4.7"]}
    assert from_host_data("cache1", {**host_data, "memurai_network": network}).network.local_address == local


@pytest.mark.parametrize("port", [80, 0, 5985, 5986, 49152, 65536, "redis"])
def test_ports_that_belong_to_others_are_refused(host_data: dict[str, object], port: object) -> None:
    assert "memurai_network.port: expected" in only_problem({**host_data, "memurai_network": {"port": port}})


@pytest.mark.parametrize(
    "folder", ["data", "C:data", "C:/", "/var/lib", "C:/a/../b", "C:/a*", "C:/dät", r"\\server\share"]
)
def test_a_folder_that_is_not_absolute_on_a_drive_is_refused(host_data: dict[str, object], folder: str) -> None:
    assert "memurai_storage.data: expected an absolute folder" in only_problem(
        {**host_data, "memurai_storage": {"data": folder}}
    )


@pytest.mark.parametrize("key", ["base", "config", "data", "logs", "install", "backup"])
@pytest.mark.parametrize(
    "folder",
    [
        *(
            "C:/Windows",
            "c:/WINDOWS/System32",
            "D:/Windows/Redis",
            "C:/Users",
            "C:/Users/Public/redis",
            "C:/ProgramData",
        ),
        *(
            "C:/Program Files",
            "C:/program files (X86)/",
            "C:/Program Files/Common Files/x",
            "C:/ProgramData/Microsoft/x",
        ),
        *("C:/System Volume Information", "C:/Recovery", "D:/$Recycle.Bin/x", "C:/$WinREAgent", "C:/PerfLogs"),
        *("C:/Windows.old", "C:/Documents and Settings/x", "C:/Boot", "C:/Config.Msi"),
    ],
)
def test_no_folder_of_windows_is_taken(host_data: dict[str, object], key: str, folder: str) -> None:
    problem = only_problem({**host_data, "memurai_storage": {key: folder}})
    assert problem.startswith(f"memurai_storage.{key}: expected a folder of its own, none of Windows'")
    assert problem.endswith(f"found {folder!r}")


def test_the_product_s_folder_is_none_of_windows_either(host_data: dict[str, object]) -> None:
    package = {**host_data["memurai_package"], "folder": "C:/Program Files"}  # type: ignore[dict-item]
    assert "memurai_package.folder: expected a folder of its own" in only_problem(
        {**host_data, "memurai_package": package}
    )


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("C:/Data/[prod]", "without [ and ], because the server hands the path of its configuration to glob()"),
        ("C:/Data/a]b", "without [ and ]"),
        ("C:/PROGRA~1/Redis", "the long name"),
        ("C:/Data/REDIS~12.OLD", "the long name"),
        ("C:/Data/con", "keeps for devices"),
        ("C:/NUL.txt/x", "keeps for devices"),
        ("C:/Data/Com1", "keeps for devices"),
        ("C:/Data/x:stream", "an absolute folder"),
        ("C:/Data/x.", "an absolute folder"),
        ("C:/Data /x", "an absolute folder"),
        ("C:/Windows/../x", "an absolute folder"),
        (r"\\?\C:\Windows", "an absolute folder"),
        (r"\\.\C:\x", "an absolute folder"),
        ("//localhost/C$/Windows", "an absolute folder"),
        ("D:/", "an absolute folder"),
    ],
)
def test_a_folder_that_could_be_another_one_is_refused(
    host_data: dict[str, object], folder: str, expected: str
) -> None:
    problem = only_problem({**host_data, "memurai_storage": {"data": folder}})
    assert problem.startswith("memurai_storage.data: expected ")
    assert expected in problem
    assert problem.endswith(f"found {folder!r}")


@pytest.mark.parametrize(
    "folder",
    [
        *("C:/ProgramData/Memurai/x", "D:/Memurai", "C:/Backups/Data", "C:/Data/x", "C:/WindowsData", "D:/Users2/x"),
        *("C:/Program Files/Redis Data", "C:/Redis Data (x86)/cache 1", "C:/Data/it's #1 & 50% $HOME"),
        *("C:/Data/a;b^c`d", "C:/Data/{x},=+~!@", "D:/Data/Windows", "D:/Console/Nullable", "C:/Data/COM10"),
    ],
)
def test_a_folder_of_its_own_is_taken(host_data: dict[str, object], folder: str) -> None:
    assert from_host_data("cache1", {**host_data, "memurai_storage": {"data": folder}}).storage.data == folder


@pytest.mark.parametrize("name", ["CON", "nul.log", "memurai.log.", "LPT1"])
def test_a_file_name_that_windows_takes_for_something_else_is_refused(host_data: dict[str, object], name: str) -> None:
    assert "keeps for devices" in only_problem({**host_data, "memurai_logging": {"file": name}})
    assert "keeps for devices" in only_problem({**host_data, "memurai_persistence": {"dbfilename": name}})


@pytest.mark.parametrize(
    "storage",
    [
        {"data": "C:/ProgramData/Memurai/LOGS"},
        {"data": "C:/ProgramData/Memurai"},
        {"backup": "C:/ProgramData/Memurai/data/backup"},
        {"base": "C:/Program Files/Memurai/store", "backup": "D:/backup", "config": "D:/c", "data": "D:/d",
         "logs": "D:/l", "install": "D:/i"},
    ],
)  # fmt: skip
def test_folders_that_share_a_place_are_refused(host_data: dict[str, object], storage: dict[str, str]) -> None:
    found = problems_of({**host_data, "memurai_storage": storage})
    assert all(": expected a folder" in problem for problem in found)


def test_folders_follow_the_base_and_come_in_one_form(host_data: dict[str, object]) -> None:
    storage = from_host_data("cache1", {**host_data, "memurai_storage": {"base": "d:\\Memurai\\"}}).storage
    assert (storage.base, storage.config) == ("D:/Memurai", "D:/Memurai/config")


@pytest.mark.parametrize(
    ("groups", "named"),
    [
        ({"tls": {"enabled": True, "port": 6379}}, ["memurai_tls.port", "memurai_network.port"]),
        ({"tls": {"enabled": True, "port": 16379}}, ["memurai_tls.port", "memurai_service.trial_port"]),
        ({"tls": {"enabled": True, "port": 6399}}, ["memurai_tls.port", "memurai_backup.rehearsal_port"]),
        ({"network": {"port": 16379}}, ["memurai_service.trial_port", "memurai_network.port"]),
        ({"backup": {"rehearsal_port": 6379}}, ["memurai_backup.rehearsal_port", "memurai_network.port"]),
        ({"tls": {"enabled": True, "port": 5986}}, ["memurai_tls.port", "WinRM"]),
    ],
)
def test_no_two_share_a_port(host_data: dict[str, object], groups: dict[str, object], named: list[str]) -> None:
    problem = only_problem({**host_data, **{f"memurai_{name}": value for name, value in groups.items()}})
    assert problem.startswith(f"{named[0]}: expected ")
    assert named[1] in problem


def test_a_port_that_is_not_used_is_nobody_s(host_data: dict[str, object]) -> None:
    data = {**host_data, "memurai_network": {"port": 6380}, "memurai_tls": {"port": 6380}}
    assert from_host_data("cache1", data).network.port == 6380


def test_the_clients_limit_leaves_room_for_administration(host_data: dict[str, object]) -> None:
    data = {**host_data, "memurai_security": {"maxclients": 191}}
    assert "memurai_security.maxclients: expected at least 192" in only_problem(data)
    assert from_host_data("cache1", {**host_data, "memurai_security": {"maxclients": 192}})


def test_the_same_holds_for_settings_made_without_host_data(settings: Settings) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        Settings(package=settings.package, security=settings.security.model_copy(update={"maxclients": 64}))


LASTING = ["token_blacklist", "sessions"]


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-random", "volatile-lru", "volatile-ttl"])
@pytest.mark.parametrize("kind", LASTING)
def test_what_must_not_be_forgotten_is_not_evicted(host_data: dict[str, object], kind: str, policy: str) -> None:
    data = {**host_data, "memurai_application": {"stores": ["cache", kind]}, "memurai_memory": {"policy": policy}}
    problem = only_problem(data)
    assert problem.startswith("memurai_memory.policy: expected noeviction, because memurai_application.stores has")
    assert kind in problem
    assert f"found {policy}" in problem


def test_what_must_not_be_forgotten_needs_the_append_only_file_too(host_data: dict[str, object]) -> None:
    application: dict[str, object] = {"memurai_application": {"stores": LASTING}}
    found = problems_of({**host_data, **application, "memurai_persistence": {"appendonly": False}})
    assert [problem.split(":")[0] for problem in found] == [
        "memurai_memory.policy",
        "memurai_persistence.appendonly",
    ]
    settings = from_host_data("cache1", {**host_data, **application, "memurai_memory": {"policy": "noeviction"}})
    assert settings.application.stores == ("token_blacklist", "sessions")


def test_counters_and_copies_may_be_evicted_and_need_no_append_only_file(host_data: dict[str, object]) -> None:
    data = {**host_data, "memurai_application": {"stores": ["rate_limits", "cache"]}}
    assert from_host_data("cache1", {**data, "memurai_persistence": {"appendonly": False}})


@pytest.mark.parametrize(
    ("stores", "expected"),
    [
        (["token_blacklists"], "memurai_application.stores[0]: expected 'token_blacklist', 'sessions'"),
        (["cache", "cache"], "memurai_application.stores: expected each kind once"),
        ([], "memurai_application.stores: expected at least 1 value(s), found 0 value(s)"),
    ],
)
def test_what_is_stored_is_one_of_the_known_kinds(
    host_data: dict[str, object], stores: list[str], expected: str
) -> None:
    assert only_problem({**host_data, "memurai_application": {"stores": stores}}).startswith(expected)


def test_secrets_come_from_any_source(host_data: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    security = {"password": f"file:{path}", "renamed_commands": {"CONFIG": f"cmd:echo {CONFIG_COMMAND}", "KEYS": ""}}
    resolved = credentials.resolve(from_host_data("cache1", {**host_data, "memurai_security": security}))
    assert resolved.password.unmask() == PASSWORD
    assert resolved.renamed_commands["CONFIG"].unmask() == CONFIG_COMMAND


def test_secrets_that_cannot_be_had_are_all_named(host_data: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o644)
    security = {"password": f"file:{path}", "renamed_commands": {"CONFIG": "cmd:false", "KEYS": "env:NOT_SET_AT_ALL"}}
    readable, failing, missing = problems_of({**host_data, "memurai_security": security})
    assert readable.startswith("memurai_security.password: expected a file that only its owner can read")
    assert failing.startswith("memurai_security.renamed_commands.CONFIG: expected the command of this source (false)")
    assert "NOT_SET_AT_ALL to be set" in missing
    assert PASSWORD not in readable


def test_only_an_account_of_its_own_or_network_service(host_data: dict[str, object]) -> None:
    assert "account: expected" in only_problem({**host_data, "memurai_service": {"account": "LocalSystem"}})
    assert "account: expected" in only_problem({**host_data, "memurai_service": {"account": r"NT SERVICE\Other"}})
    service = {"account": r"NT AUTHORITY\NetworkService"}
    assert from_host_data("cache1", {**host_data, "memurai_service": service}).service.account == service["account"]


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (GUIDE_PASSWORD, "a secret of your own"),
        ("short", "at least 16 characters"),
        ("with a blank in it 123", "printable ASCII"),
        ("control\x07character0123", "printable ASCII"),
        ("tabulator\tcharacter01", "printable ASCII"),
        ('quotation"mark01234567', "printable ASCII"),
        ("back\\slash0123456789", "printable ASCII"),
        ("umläute-0123456789abc", "printable ASCII"),
        ("", "MEMURAI_PASSWORD to be set"),
    ],
)
def test_a_weak_password_is_refused_and_not_shown(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, secret: str, expected: str
) -> None:
    monkeypatch.setenv("MEMURAI_PASSWORD", secret)
    problem = only_problem(host_data)
    assert problem.startswith("memurai_security.password: expected")
    assert expected in problem
    assert not secret or secret not in problem


def test_secrets_must_differ(host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMURAI_CONFIG_COMMAND", PASSWORD)
    problem = only_problem(host_data)
    assert "expected different secrets" in problem
    assert PASSWORD not in problem


def test_a_guessable_new_name_is_refused(host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMURAI_CONFIG_COMMAND", "CONFIG_xyz123")
    assert "renamed_commands.CONFIG: expected at least 16 characters" in only_problem(host_data)


@pytest.mark.parametrize(
    "security",
    [
        {"password": "literal-secret-0123456789"},
        {"pasword": "literal-secret-0123456789"},
        {"renamed_commands": {"CONFIG": "literal-secret-0123456789"}},
        {"renamed_commands": ["literal-secret-0123456789"]},
        {"maxclients": "literal-secret-0123456789"},
        "literal-secret-0123456789",
    ],
)
def test_a_secret_written_into_the_data_is_refused_and_not_shown(
    host_data: dict[str, object], security: object
) -> None:
    with pytest.raises(SettingsError) as raised:
        from_host_data("cache1", {**host_data, "memurai_security": security})
    assert "memurai_security" in str(raised.value)
    assert "literal-secret" not in str(raised.value)


def test_settings_and_credentials_print_no_secret(settings: Settings) -> None:
    resolved = credentials.resolve(settings)
    assert resolved.password.unmask() == PASSWORD
    assert resolved.renamed_commands["CONFIG"].unmask() == CONFIG_COMMAND
    assert resolved.renamed_commands["KEYS"].unmask() == ""
    for text in (repr(resolved), str(resolved), repr(settings), settings.model_dump_json()):
        assert PASSWORD not in text
        assert CONFIG_COMMAND not in text
