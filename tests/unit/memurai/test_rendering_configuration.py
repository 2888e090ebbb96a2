"""The rendered configuration, in a real server: it loads, and it means what the settings say."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
import redis
from practice import CONFIG_COMMAND, PASSWORD, PracticeServer
from redis.backoff import NoBackoff
from redis.retry import Retry

from memurai import folders
from memurai.checks import server as server_checks
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.rendering import configuration
from memurai.settings import Settings, credentials, from_host_data
from memurai.settings.groups import RestrictableCommand
from winfra.operations.files import render
from winfra.secrets import hidden_values
from winlab.certificates import CertificateAuthority

TEMPLATE = Path(__file__).parents[3] / configuration.TEMPLATE


def rendered(settings: Settings) -> str:
    data = configuration.template_data(settings, credentials.resolve(settings))
    return "\r\n".join(render(str(TEMPLATE), data).splitlines()) + "\r\n"


def drive(root: Path, settings: Settings) -> str:
    """Make the folders and the configuration on a drive that is a folder named `C:`, and return the file's path."""
    for folder in folders.folders(settings):
        (root / folder.path).mkdir(parents=True, exist_ok=True)
    path = Instance.of(settings).configuration
    (root / path).write_bytes(rendered(settings).encode())
    # The server changes into its data folder, where the names of its other files must still lead to the drive.
    (root / settings.storage.data / "C:").symlink_to(root / "C:")
    return path


@pytest.fixture
def settings(host_data: dict[str, object], address: str) -> Settings:
    networks = {"bind": [address, "-127.79.255.254"], "allowed_addresses": []}
    return from_host_data("cache1", {**host_data, "memurai_network": networks})


@pytest.fixture
def server(practice_server: Callable[..., PracticeServer], tmp_path: Path, settings: Settings) -> PracticeServer:
    return practice_server(drive(tmp_path, settings), settings.network.local_address, settings.network.port, PASSWORD)


def test_the_password_is_needed(server: PracticeServer, settings: Settings) -> None:
    with (
        redis.Redis(host=settings.network.local_address, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    assert server.client.ping()


@pytest.mark.parametrize("command", ["FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG GET maxmemory"])
def test_restricted_commands_are_unknown(server: PracticeServer, command: str) -> None:
    with pytest.raises(redis.ResponseError, match="unknown command"):
        server.client.execute_command(*command.split())


def test_every_value_reads_back_equal(server: PracticeServer, settings: Settings, tmp_path: Path) -> None:
    expected = {
        "bind": f"{settings.network.local_address} -127.79.255.254",
        "port": "6379",
        "tcp-backlog": "511",
        "timeout": "0",
        "tcp-keepalive": "300",
        "requirepass": PASSWORD,
        "maxclients": "10000",
        "save": "900 1 300 10 60 10000",
        "dbfilename": "dump.rdb",
        "dir": str(tmp_path / "C:/ProgramData/Memurai/data"),
        "rdbcompression": "yes",
        "rdbchecksum": "yes",
        "appendonly": "yes",
        "appendfilename": "appendonly.aof",
        "appendfsync": "everysec",
        "auto-aof-rewrite-percentage": "100",
        "auto-aof-rewrite-min-size": "67108864",
        "maxmemory": "2147483648",
        "maxmemory-policy": "allkeys-lru",
        "loglevel": "notice",
        "logfile": "C:/ProgramData/Memurai/logs/memurai.log",
        "slowlog-log-slower-than": "10000",
        "slowlog-max-len": "128",
        "latency-monitor-threshold": "100",
    }
    answer = server.client.execute_command(CONFIG_COMMAND, "GET", *expected)
    assert {key.decode(): value.decode() for key, value in answer.items()} == expected
    directives = {line.split()[0] for line in rendered(settings).splitlines() if line and not line.startswith("#")}
    assert directives - {"rename-command"} == set(expected)


def test_info_says_what_the_deploy_expects(server: PracticeServer, settings: Settings) -> None:
    info = server.client.info()
    expected = server_checks.expected_info(settings)
    assert {field: str(info[field]) for field in expected} == expected


def test_data_survives_a_restart(server: PracticeServer, settings: Settings, tmp_path: Path) -> None:
    server.client.set("key", "value")
    server.stop()
    data = tmp_path / settings.storage.data
    assert (data / "dump.rdb").is_file()
    assert (data / "appendonlydir" / "appendonly.aof.manifest").is_file()
    server.start()
    assert server.client.get("key") == b"value"
    assert "Ready to accept connections" in (tmp_path / settings.storage.logs / "memurai.log").read_text()


def test_every_command_that_may_be_restricted_is_known_to_redis(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, host_data: dict[str, object], address: str
) -> None:
    security = {"renamed_commands": dict.fromkeys(get_args(RestrictableCommand), "")}
    data = {**host_data, "memurai_security": security, "memurai_network": {"bind": [address]}}
    server = practice_server(drive(tmp_path, from_host_data("cache1", data)), address, 6379, PASSWORD)
    assert server.client.info()["loading"] == 0


def test_without_save_points_there_are_no_snapshots(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, host_data: dict[str, object], address: str
) -> None:
    data = {**host_data, "memurai_persistence": {"save": []}, "memurai_network": {"bind": [address]}}
    server = practice_server(drive(tmp_path, from_host_data("cache1", data)), address, 6379, PASSWORD)
    assert server.client.execute_command(CONFIG_COMMAND, "GET", "save") == {b"save": b""}


def test_the_text_says_who_manages_it_and_is_the_same_each_time(settings: Settings) -> None:
    text = rendered(settings)
    assert text.startswith("# Managed by pyinfra")
    assert "group_data/" in text.splitlines()[1]
    assert text == rendered(settings)
    assert text.isascii()
    assert not [line for line in text.splitlines() if "#" in line.removeprefix("#")]


def test_secrets_are_marked_for_redaction(settings: Settings) -> None:
    data = configuration.template_data(settings, credentials.resolve(settings))
    assert hidden_values(data) >= {PASSWORD, CONFIG_COMMAND}
    assert configuration.secret_keys(settings) == (
        *("requirepass", "masterauth", "user default", "rename-command CONFIG"),
    )
    assert PASSWORD not in repr(data)


def test_with_encryption_the_server_accepts_nothing_else(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, host_data: dict[str, object], address: str
) -> None:
    """The endpoint that is read from the text is where, and how, the server is reached."""
    tls = {"enabled": True, "client_certificates": "optional"}
    settings = from_host_data("cache1", {**host_data, "memurai_network": {"bind": [address]}, "memurai_tls": tls})
    path, files = drive(tmp_path, settings), Instance.of(settings).tls_files
    (tmp_path / folders.tls_folder(settings).path).mkdir()
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue("cache1", address, for_clients=True)
    for name, source in ((files.ca, authority.certificate), (files.certificate, issued.certificate)):
        (tmp_path / name).write_bytes(source.read_bytes())
    (tmp_path / files.key).write_bytes(issued.key.read_bytes())
    endpoint = Endpoint.of(Document.of(rendered(settings)))
    assert (endpoint.address, endpoint.port, endpoint.tls) == (address, 6380, files)
    server = practice_server(path, address, endpoint.port, PASSWORD, ca=authority.certificate)
    expected = {"port": "0", "tls-port": "6380", "tls-auth-clients": "optional", "tls-cert-file": files.certificate}
    answer = server.client.execute_command(CONFIG_COMMAND, "GET", *expected)
    assert {key.decode(): value.decode() for key, value in answer.items()} == expected
