"""What a pool is made from: the guide's variables, URLs, arguments; and each that is wrong is one clear error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis.credentials import CredentialProvider, UsernamePasswordCredentialProvider

import memurai_client.asyncio
from memurai_client import POOL_CONFIG, DeploymentEnvironment, get_optimized_redis_pool
from memurai_client.address import Address, Login, Tls, from_url, from_variables
from memurai_client.credentials import EnvironmentCredentials
from memurai_client.environment import connections_for
from memurai_client.exceptions import ConfigurationError

GetPool = Callable[..., Any]
GET_POOL = [
    pytest.param(get_optimized_redis_pool, id="threads"),
    pytest.param(memurai_client.asyncio.get_optimized_redis_pool, id="asyncio"),
]
SECRET = "RLr5E73KjlPcAghcLXjBEdWJzqFVeV3EQ1GyQzqoOxo="


class TestSize:
    @pytest.mark.parametrize(
        ("environment", "workers", "size"),
        [
            ("development", None, 20),
            ("staging", "2", 30),
            ("production", "4", 40),
            ("production", "1", 160),
            ("production", "3", 53),
            ("Production ", "160", 1),
        ],
    )
    def test_the_processes_share_the_tables_number(
        self, monkeypatch: pytest.MonkeyPatch, environment: str, workers: str | None, size: int
    ) -> None:
        monkeypatch.setenv("DEPLOYMENT_ENV", environment)
        if workers is not None:
            monkeypatch.setenv("UVICORN_WORKERS", workers)

        assert get_optimized_redis_pool().max_connections == size
        assert memurai_client.asyncio.get_optimized_redis_pool().max_connections == size

    def test_without_a_name_it_is_development(self) -> None:
        assert get_optimized_redis_pool().max_connections == 20

    def test_the_table_is_the_guides(self) -> None:
        assert connections_for(4) == 160
        assert {name.value: row for name, row in POOL_CONFIG.items()} == {
            "development": {"workers": 1, "max_connections": 20, "target_users": 100},
            "staging": {"workers": 2, "max_connections": 60, "target_users": 1_000},
            "production": {"workers": 4, "max_connections": 160, "target_users": 10_000},
        }

    def test_the_table_may_be_changed_as_the_guide_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(POOL_CONFIG[DeploymentEnvironment.PRODUCTION], "max_connections", 200)

        assert get_optimized_redis_pool("production").max_connections == 200

    def test_an_argument_overrides_the_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("UVICORN_WORKERS", "4")

        assert get_optimized_redis_pool(max_connections=100).max_connections == 25

    def test_a_urls_query_does_not(self) -> None:
        pool = get_optimized_redis_pool("production", url="redis://localhost?max_connections=3")

        assert pool.max_connections == pool.connection_pool.max_connections == 160

    @pytest.mark.parametrize("get_pool", GET_POOL)
    def test_an_unknown_environment_is_refused(self, monkeypatch: pytest.MonkeyPatch, get_pool: GetPool) -> None:
        monkeypatch.setenv("DEPLOYMENT_ENV", "prod")

        with pytest.raises(
            ConfigurationError, match="DEPLOYMENT_ENV: expected one of development, staging, production, found 'prod'"
        ):
            get_pool()

    @pytest.mark.parametrize("environment", [5, b"production", ["production"]])
    def test_an_environment_that_is_no_text_is_refused(self, environment: object) -> None:
        with pytest.raises(ConfigurationError, match="DEPLOYMENT_ENV: expected one of development"):
            get_optimized_redis_pool(environment)

    def test_fewer_connections_than_workers_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("UVICORN_WORKERS", "8")

        with pytest.raises(ConfigurationError, match=r"one connection for each of the 8 processes.*found 7"):
            get_optimized_redis_pool(max_connections=7)

    @pytest.mark.parametrize("workers", ["0", "-1", "four", "1.5"])
    def test_workers_that_are_no_number_of_processes_are_refused(
        self, monkeypatch: pytest.MonkeyPatch, workers: str
    ) -> None:
        monkeypatch.setenv("UVICORN_WORKERS", workers)

        with pytest.raises(ConfigurationError, match=f"UVICORN_WORKERS: expected a whole number .* found '{workers}'"):
            get_optimized_redis_pool()

    @pytest.mark.parametrize("size", [0, -1, True, 1.5, "20"])
    def test_a_size_that_is_none_is_refused(self, size: object) -> None:
        with pytest.raises(ConfigurationError, match="max_connections: expected a whole number from 1"):
            get_optimized_redis_pool(max_connections=size)

    @pytest.mark.parametrize("name", ["wait_seconds", "budget_seconds"])
    @pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), True, "1", 86_401, 1e12, 10**400])
    def test_a_time_that_is_none_is_refused(self, name: str, seconds: object) -> None:
        with pytest.raises(ConfigurationError, match=f"{name}: expected seconds greater than 0 and up to 86400"):
            get_optimized_redis_pool(**{name: seconds})


class TestArguments:
    @pytest.mark.parametrize("get_pool", GET_POOL)
    @pytest.mark.parametrize("arguments", [{"host": "db", "port": 7000}, {"budget_second": 1}])
    def test_one_that_there_is_not_is_refused(self, get_pool: GetPool, arguments: dict[str, object]) -> None:
        """It would be another server than the one that was meant, or another budget."""
        with pytest.raises(ConfigurationError) as refused:
            get_pool(**arguments)

        assert "expected no arguments but environment, on_alert, url, role, max_connections, wait_seconds" in str(
            refused.value
        )
        assert f"found {', '.join(arguments)}" in str(refused.value)

    def test_one_that_is_a_url_must_be_text(self) -> None:
        with pytest.raises(ConfigurationError, match="url: expected text, found a value of type bytes"):
            get_optimized_redis_pool(url=b"redis://db")


class NoHash(CredentialProvider):
    """As a dataclass of an application is."""

    __hash__ = None

    def __init__(self, password: str) -> None:
        self.password = password

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoHash) and other.password == self.password

    def get_credentials(self) -> tuple[str]:
        return (self.password,)


@pytest.mark.parametrize("get_pool", GET_POOL)
class TestCredentialProvider:
    @pytest.mark.parametrize("make", [lambda word: UsernamePasswordCredentialProvider("app", word), NoHash])
    def test_an_equal_one_gets_the_same_pool_and_another_another(
        self, get_pool: GetPool, make: Callable[[str], CredentialProvider]
    ) -> None:
        pool = get_pool(credential_provider=make("one"))

        assert get_pool(credential_provider=make("one")) is pool
        assert get_pool(credential_provider=make("two")) is not pool
        assert pool.connection_pool.connection_kwargs["credential_provider"].get_credentials()[-1] == "one"

    def test_one_that_is_none_is_refused(self, get_pool: GetPool) -> None:
        with pytest.raises(
            ConfigurationError, match=r"credential_provider: expected a CredentialProvider .*found .*str"
        ):
            get_pool(credential_provider="secret")


class TestVariables:
    def test_the_guides(self) -> None:
        assert from_variables({}) == Address((("localhost", 6379),))
        assert from_variables({"REDIS_HOST": "db", "REDIS_PORT": "7000"}) == Address((("db", 7000),))

    def test_tls(self) -> None:
        variables = {"REDIS_SSL": "yes", "REDIS_SSL_CA_CERTS": "ca.pem", "REDIS_SSL_CHECK_HOSTNAME": "no"}

        assert from_variables(variables).tls == Tls(ssl_ca_certs="ca.pem", ssl_check_hostname=False)

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "redis", "6379 ", "\uff16\uff13", "7" * 5000])
    def test_a_port_that_is_none_is_refused(self, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
        monkeypatch.setenv("REDIS_PORT", port)

        with pytest.raises(ConfigurationError, match="REDIS_PORT: expected a port from 1 to 65535, found "):
            get_optimized_redis_pool()

    @pytest.mark.parametrize("host", ["a..b", ".", "x" * 64, "a b", "a\nb", "\udcff"])
    def test_a_host_that_can_t_be_one_is_refused(self, host: str) -> None:
        with pytest.raises(ConfigurationError, match="REDIS_HOST: expected the name or address of a host, found none"):
            from_variables({"REDIS_HOST": host})

    @pytest.mark.parametrize(
        "host", ["db", "db.example.", "my_db", "m\u00fcnchen.example", "127.0.0.1", "::1", "fe80::1%1"]
    )
    def test_a_host_that_can_be_one_is_taken(self, host: str) -> None:
        assert from_variables({"REDIS_HOST": host}).hosts == ((host, 6379),)

    def test_a_switch_that_is_none_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="REDIS_SSL: expected yes or no, found 'maybe'"):
            from_variables({"REDIS_SSL": "maybe"})

    @pytest.mark.parametrize("database", ["-1", "first", "7" * 5000])
    def test_a_database_that_is_none_is_refused(self, database: str) -> None:
        with pytest.raises(ConfigurationError, match="REDIS_DB: expected the number of a database, found "):
            from_variables({"REDIS_DB": database})


class TestSentinels:
    @pytest.mark.parametrize(
        ("text", "hosts"),
        [
            ("one", (("one", 26379),)),
            ("one:26380,two", (("one", 26380), ("two", 26379))),
            ("one:26380, two:26381 ,three", (("one", 26380), ("two", 26381), ("three", 26379))),
            ("[::1]:26380,[fe80::1%10]", (("::1", 26380), ("fe80::1%10", 26379))),
        ],
    )
    def test_each_has_a_host_and_may_have_a_port(self, text: str, hosts: tuple[tuple[str, int], ...]) -> None:
        found = from_variables({"REDIS_SENTINELS": text, "REDIS_SENTINEL_SERVICE": "main"})

        assert found == Address(hosts, service="main")

    def test_the_other_variables_mean_what_they_mean_for_a_host(self) -> None:
        both = {"REDIS_DB": "2", "REDIS_SSL": "yes", "REDIS_SSL_CA_CERTS": "ca.pem"}
        found = from_variables({"REDIS_SENTINELS": "one", "REDIS_SENTINEL_SERVICE": "main", **both})

        assert found == Address((("one", 26379),), "main", 2, Tls(ssl_ca_certs="ca.pem"))
        assert from_variables(both) == Address((("localhost", 6379),), None, 2, Tls(ssl_ca_certs="ca.pem"))

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            (",", "1 of 2"),
            ("one,", "2 of 2"),
            ("one,,two", "2 of 3"),
            ("one:", "1 of 1"),
            (":26379", "1 of 1"),
            ("::1", "1 of 1"),
            ("[::1", "1 of 1"),
            ("[]:26379", "1 of 1"),
            ("one:26379:26379", "1 of 1"),
            ("redis://one:26379", "1 of 1"),
            (f"two,:{SECRET}@one:26379", "2 of 2"),
            (f"two,{SECRET}@one", "2 of 2"),
        ],
    )
    def test_an_entry_that_is_none_is_refused_and_not_shown(
        self, monkeypatch: pytest.MonkeyPatch, text: str, place: str
    ) -> None:
        monkeypatch.setenv("REDIS_SENTINELS", text)
        monkeypatch.setenv("REDIS_SENTINEL_SERVICE", "main")

        with pytest.raises(
            ConfigurationError, match=f"REDIS_SENTINELS: expected .*something else in place {place}"
        ) as e:
            get_optimized_redis_pool()
        assert SECRET not in str(e.value)

    @pytest.mark.parametrize("port", ["0", "65536", "redis", "7" * 5000])
    def test_a_port_that_is_none_is_refused(self, port: str) -> None:
        with pytest.raises(ConfigurationError, match="REDIS_SENTINELS: expected a port from 1 to 65535, found "):
            from_variables({"REDIS_SENTINELS": f"one:{port}", "REDIS_SENTINEL_SERVICE": "main"})

    @pytest.mark.parametrize("host", ["a..b", "a b", "x" * 64])
    def test_a_host_that_can_t_be_one_is_refused(self, host: str) -> None:
        with pytest.raises(ConfigurationError, match="REDIS_SENTINELS: expected the name or address of a host"):
            from_variables({"REDIS_SENTINELS": host, "REDIS_SENTINEL_SERVICE": "main"})

    def test_without_a_name_they_are_refused(self) -> None:
        with pytest.raises(ConfigurationError, match=r"REDIS_SENTINEL_SERVICE: expected the name .* found none"):
            from_variables({"REDIS_SENTINELS": "one"})

    @pytest.mark.parametrize("get_pool", GET_POOL)
    @pytest.mark.parametrize(
        ("variables", "problem"),
        [
            ({"REDIS_SENTINELS": "one", "REDIS_URL": "redis://db"}, "REDIS_SENTINELS: .*found REDIS_URL;"),
            ({"REDIS_SENTINELS": "one", "REDIS_HOST": "db"}, "REDIS_SENTINELS: .*found REDIS_HOST;"),
            (
                {"REDIS_SENTINELS": "one", "REDIS_HOST": "db", "REDIS_PORT": "7000"},
                "REDIS_SENTINELS: .*found REDIS_HOST and REDIS_PORT;",
            ),
            ({"REDIS_HOST": "db"}, "REDIS_SENTINEL_SERVICE: expected the Sentinels .* found none"),
            (
                {"REDIS_URL": "redis+sentinel://one/main"},
                "REDIS_SENTINEL_SERVICE: expected the Sentinels .* found none",
            ),
        ],
    )
    def test_variables_that_contradict_each_other_are_refused(
        self, monkeypatch: pytest.MonkeyPatch, get_pool: GetPool, variables: dict[str, str], problem: str
    ) -> None:
        monkeypatch.setenv("REDIS_SENTINEL_SERVICE", "main")
        for name, text in variables.items():
            monkeypatch.setenv(name, text)

        with pytest.raises(ConfigurationError, match=problem):
            get_pool()

    def test_an_argument_wins_over_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REDIS_SENTINELS", "one")

        assert get_optimized_redis_pool(url="redis://db").configuration.address == Address((("db", 6379),))


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "address", "login"),
        [
            ("redis://db", Address((("db", 6379),)), Login()),
            ("redis://db:7000/3", Address((("db", 7000),), database=3), Login()),
            ("redis://db?db=3", Address((("db", 6379),), database=3), Login()),
            ("redis://[::1]:7000", Address((("::1", 7000),)), Login()),
            ("redis://[::1]", Address((("::1", 6379),)), Login()),
            (f"redis://:{SECRET}@db", Address((("db", 6379),)), Login(None, SECRET)),
            ("redis://app:a%2Fb%40c%25@db", Address((("db", 6379),)), Login("app", "a/b@c%")),
            ("rediss://db", Address((("db", 6379),), tls=Tls()), Login()),
            (
                "rediss://db?ssl_ca_certs=/etc/ca.pem&ssl_check_hostname=no",
                Address((("db", 6379),), tls=Tls(ssl_ca_certs="/etc/ca.pem", ssl_check_hostname=False)),
                Login(),
            ),
            (
                "redis+sentinel://:secret@one,two:26380/main/2",
                Address((("one", 26379), ("two", 26380)), service="main", database=2),
                Login(None, "secret"),
            ),
            ("rediss+sentinel://one/main", Address((("one", 26379),), service="main", tls=Tls()), Login()),
        ],
    )
    def test_urls(self, url: str, address: Address, login: Login) -> None:
        assert from_url(url) == (address, login)

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("http://db", "expected a URL that begins with one of redis://, rediss://"),
            ("db:6379", "expected a URL that begins with"),
            ("redis://", "expected the name or address of a host, found none"),
            ("redis://db:port", "expected a port from 1 to 65535, found something else"),
            ("redis://user:a-password", "expected a port from 1 to 65535, found something else"),
            ("redis://db:0", "expected a port from 1 to 65535, found '0'"),
            ("redis://[::1", "brackets that are not around an address"),
            ("redis://db/first", "expected the number of a database, found 'first'"),
            ("redis://a..b", "expected the name or address of a host, found none"),
            ("redis://a%00b", "expected the name or address of a host, found none"),
            ("redis://db:" + "7" * 5000, "expected a port from 1 to 65535, found something else"),
            ("redis://db/" + "7" * 5000, "expected the number of a database, found something else"),
            ("redis://db/1/2", "expected one database, found more"),
            ("redis://db/1?db=2", "expected one database, found more"),
            ("redis://one,two", "several Sentinels are named by redis\\+sentinel://"),
            ("redis://db?timeout=3", "expected no keys but db, .*, found timeout"),
            ("redis://db?decode_response=yes&retry_on_timeuot=1", "found decode_response, retry_on_timeuot"),
            ("redis://db?ssl_ca_certs=ca.pem", "expected rediss:// with ssl_ca_certs"),
            ("rediss://db?ssl_check_hostname=perhaps", "ssl_check_hostname: expected yes or no, found 'perhaps'"),
            ("redis+sentinel://one", "expected the name under which the Sentinels watch the server"),
        ],
    )
    def test_a_wrong_url_is_refused(self, url: str, problem: str) -> None:
        with pytest.raises(ConfigurationError, match=problem):
            get_optimized_redis_pool(url=url)

    @pytest.mark.parametrize("special", ["/", "?", "#", "?db=", "/1?", "[", "]@["])
    @pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+sentinel"])
    def test_a_password_that_is_not_encoded_is_refused_and_not_shown(self, scheme: str, special: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            get_optimized_redis_pool(url=f"{scheme}://:RLr5E73K{special}jlPcAghc@db:6379/0")

        told = "".join(str(error) for error in (refused.value, refused.value.__cause__, refused.value.__context__))
        assert "RLr5E73K" not in told
        assert "jlPcAghc" not in told


class TestSecrets:
    def test_nothing_that_shows_a_pool_shows_its_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REDIS_PASSWORD", "other-secret")
        for pool in (
            get_optimized_redis_pool(url=f"redis://app:{SECRET}@db"),
            memurai_client.asyncio.get_optimized_redis_pool(url=f"redis://app:{SECRET}@db"),
        ):
            shown = f"{pool!r} {pool.connection_pool!r} {pool.client!r} {pool.configuration!r}"
            shown += repr(pool.configuration.credentials) + repr(pool.get_pool_status())
            assert SECRET not in shown
            assert "other-secret" not in shown

    def test_the_password_is_of_the_url_else_of_a_file_else_of_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("REDIS_PASSWORD", "of the variable")
        assert EnvironmentCredentials().get_credentials() == ("of the variable",)

        file = tmp_path / "password"
        file.write_bytes(b"\xef\xbb\xbfof the file\r\n")
        monkeypatch.setenv("REDIS_PASSWORD_FILE", str(file))
        assert EnvironmentCredentials().get_credentials() == ("of the file",)

        monkeypatch.setenv("REDIS_USERNAME", "app")
        assert EnvironmentCredentials(Login(None, "of the URL")).get_credentials() == ("app", "of the URL")

    def test_a_password_file_that_is_not_there_is_told_at_the_call(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: object
    ) -> None:
        monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "nowhere"))
        pool = get_optimized_redis_pool(url=server.url)

        with pytest.raises(ConfigurationError, match=r"REDIS_PASSWORD_FILE: can't read .*nowhere: No such file"):
            pool.client.ping()
        assert pool.connection_pool.in_use == 0
