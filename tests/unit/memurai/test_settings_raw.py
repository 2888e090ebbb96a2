"""`memurai_extra`: directives without a setting get through, all others are refused with what to write."""

from collections.abc import Callable
from pathlib import Path

import pytest
from practice import PASSWORD, PracticeServer

from memurai.exceptions import SettingsError
from memurai.rendering import configuration
from memurai.settings import credentials, from_host_data, raw
from winfra.operations.files import render

TEMPLATE = Path(__file__).parents[3] / configuration.TEMPLATE


def rendered(host_data: dict[str, object], directives: object) -> str:
    settings = from_host_data("cache1", {**host_data, "memurai_extra": {"directives": directives}})
    return render(str(TEMPLATE), configuration.template_data(settings, credentials.resolve(settings)))


def problems_of(host_data: dict[str, object], directives: object) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        from_host_data("cache1", {**host_data, "memurai_extra": {"directives": directives}})
    assert "canary" not in str(raised.value)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("directives", "lines"),
    [
        ({"hz": 20, "ActiveRehashing": False}, ['hz "20"', 'activerehashing "no"']),
        ({"notify-keyspace-events": ""}, ['notify-keyspace-events ""']),
        (
            {"client-output-buffer-limit": ["pubsub", "1mb", "1mb", 60]},
            ['client-output-buffer-limit "pubsub" "1mb" "1mb" "60"'],
        ),
        ([("tls-dh-params-file", "C:/a b/c.pem"), ["hz", "5"]], ['tls-dh-params-file "C:/a b/c.pem"', 'hz "5"']),
    ],
)
def test_directives_are_the_last_lines_each_value_quoted(
    host_data: dict[str, object], directives: object, lines: list[str]
) -> None:
    assert rendered(host_data, directives).splitlines()[-len(lines) :] == lines


def test_none_are_no_lines(host_data: dict[str, object]) -> None:
    assert rendered(host_data, {}) == rendered(host_data, [])
    assert "memurai_extra" not in rendered(host_data, {})


def test_a_real_server_takes_them(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, host_data: dict[str, object], address: str
) -> None:
    limits = [("client-output-buffer-limit", kind, "32mb", "8mb", 60) for kind in ("pubsub", "replica")]
    data = {**host_data, "memurai_security": {"renamed_commands": {}}, "memurai_network": {"bind": [address]}}
    text = rendered(data, [*limits, ("hz", 20), ("activerehashing", False), ("proc-title-template", "{title} a b")])
    (tmp_path / "C:").symlink_to(tmp_path)
    for folder in ("ProgramData/Memurai/data", "ProgramData/Memurai/logs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "ProgramData/Memurai/data/C:").symlink_to(tmp_path)
    (tmp_path / "server.conf").write_text(text)
    server = practice_server("server.conf", address, 6379, PASSWORD)
    found = server.client.config_get("hz", "activerehashing", "client-output-buffer-limit", "proc-title-template")
    values = dict(found)
    assert values["hz"] == "20"
    assert values["activerehashing"] == "no"
    assert "pubsub 33554432 8388608 60" in values["client-output-buffer-limit"]
    assert values["proc-title-template"] == "{title} a b"


def test_no_other_name_of_redis_is_taken_for_a_misspelt_or_secret_one(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, address: str
) -> None:
    (tmp_path / "server.conf").write_text(f"bind {address}\n")
    server = practice_server("server.conf", address)
    names = set(server.client.config_get("*"))
    refused = {name for name in names if list(raw._misplaced(name))}
    known = {*raw.OWNED, *raw.SECRET, *raw.RELIED_ON, "slaveof"}
    assert len(names) > 150
    assert refused <= known
    assert set(raw.OWNED) - {"rename-command"} <= refused


def test_the_model_owns_exactly_what_the_template_writes(host_data: dict[str, object]) -> None:
    encrypted = {**host_data, "memurai_tls": {"enabled": True}}
    lines = [line for line in rendered(encrypted, {}).splitlines() if line and not line.startswith("#")]
    assert {line.split()[0] for line in lines} == set(raw.OWNED)


def test_the_setting_that_is_named_instead_exists(host_data: dict[str, object]) -> None:
    settings = from_host_data("cache1", host_data)
    for name in [*raw.OWNED.values(), *raw.OWNED_ELSEWHERE.values()]:
        for setting in name.split(" and "):
            group, key = setting.removeprefix("memurai_").split(".")
            assert hasattr(getattr(settings, group), key), setting


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("maxmemory", "write memurai_memory.maxmemory"),
        ("MaxMemory", "write memurai_memory.maxmemory"),
        ("requirepass", "write memurai_security.password"),
        ("rename-command", "write memurai_security.renamed_commands"),
        ("license-file", "write memurai_package.license_file"),
        ("maxmemoy", "did you mean maxmemory, which is memurai_memory.maxmemory?"),
        ("requirepas", "did you mean requirepass, which is memurai_security.password?"),
        ("master-auth", "did you mean masterauth?"),
        ("masterauth", "no directive that holds a secret"),
        ("tls-key-file-pass", "no directive that holds a secret"),
        ("tls-client-key-file-pass", "no directive that holds a secret"),
        ("sentinel-passphrase", "no directive that holds a secret"),
        ("user", "no directive that holds a secret"),
        ("aclfile", "Redis ignores the password"),
        ("include", "checked by nobody"),
        ("replicaof", "standalone servers"),
        ("appenddirname", "preflight"),
    ],
)
def test_a_directive_with_a_better_place_is_refused(host_data: dict[str, object], name: str, expected: str) -> None:
    (problem,) = problems_of(host_data, {name: "canary-7391"})
    assert problem.startswith(f"memurai_extra.directives.{name.lower()}: expected ")
    assert expected in problem


@pytest.mark.parametrize(
    "value", ["5\nrequirepass canary", "5\r", "canary\x00", 'canary"', "canary\\", "cänary", ["1", "a\nb"], "5\n"]
)
def test_a_value_cannot_break_out_of_its_line(host_data: dict[str, object], value: object) -> None:
    (problem,) = problems_of(host_data, {"hz": value})
    assert problem.startswith("memurai_extra.directives.hz: expected printable ASCII without line breaks")


@pytest.mark.parametrize(
    "directives",
    ["requirepass canary-7391", ["requirepass canary-7391"], {"requirepass canary-7391": 1}, {"hz\nuser canary": 1},
     {7391: "canary"}, [[]], [["user canary on"]], {"hz": {"canary": 1}}, {"hz": None}, {"hz": []}, {"hz": "x" * 1025}],
)  # fmt: skip
def test_what_is_no_directive_is_refused_and_not_shown(host_data: dict[str, object], directives: object) -> None:
    assert all(problem.startswith("memurai_extra.directives") for problem in problems_of(host_data, directives))


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ({"activerehasing": True}, "activerehasing: expected a directive of Redis 7 or Memurai 4"),
        ({"activerehasing": True}, "did you mean activerehashing?"),
        ({"hz": "canary"}, "hz: expected a whole number"),
        ({"active-expire-effort": [1, 2]}, "active-expire-effort: expected"),
    ],
)
def test_a_directive_that_would_keep_the_server_from_starting_is_refused(
    host_data: dict[str, object], directive: object, expected: str
) -> None:
    (problem,) = problems_of(host_data, directive)
    assert problem.startswith("memurai_extra.directives.")
    assert expected in problem


def test_all_problems_are_reported_at_once(host_data: dict[str, object]) -> None:
    found = problems_of(host_data, [("bind", "a\nb"), ("hz",), ("masterauth", "canary"), ("io-threads", 4)])
    assert [problem.split(":")[0].removeprefix("memurai_extra.directives.") for problem in found] == [
        "bind",
        "bind",
        "hz",
        "masterauth",
    ]


def test_a_misspelt_key_of_the_group_is_answered_with_the_right_one(host_data: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"did you mean directives\?") as raised:
        from_host_data("cache1", {**host_data, "memurai_extra": {"directive": {"masterauth": "canary"}}})
    assert "canary" not in str(raised.value)
