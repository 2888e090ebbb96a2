"""What lines amount to, compared with what a real Redis makes of them."""

import itertools
from pathlib import Path

import pytest
from config_practice import next_address, present_values, refusal, spoken
from hypothesis import HealthCheck, Phase, given, strategies
from hypothesis import settings as hypothesis_settings
from practice import PracticeServer, patient_client

from memurai.config import Directive, key, normal, parse, problems, render
from memurai.config.directives import EVICTION, KNOWN
from memurai.config.kinds import FLAG

# Flags that need another kind of machine, or change what this test relies on.
NOT_HERE = {"activedefrag", "cluster-enabled", "daemonize", "syslog-enabled", "hide-user-data-from-log", "appendonly"}
FLAGS = sorted(
    name for name, known in KNOWN.items() if known.kind is FLAG and name not in NOT_HERE and not name.startswith("tls-")
)
SIZES = {
    "maxmemory",
    "repl-backlog-size",
    "auto-aof-rewrite-min-size",
    "active-defrag-ignore-bytes",
    "stream-node-max-bytes",
}
WITHOUT_NUL = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
NUMBERS = strategies.integers(1, 10_000).map(str)
UNITS = strategies.sampled_from(["", "b", "k", "KB", "m", "Mb"])
POINTS = strategies.lists(strategies.tuples(NUMBERS, NUMBERS), max_size=3)


def any_case(text: str) -> strategies.SearchStrategy[str]:
    return strategies.sampled_from([text, text.upper(), text.title()])


def directive(name: str, *arguments: strategies.SearchStrategy[str]) -> strategies.SearchStrategy[Directive]:
    return strategies.builds(Directive, strategies.just(name), strategies.tuples(*arguments))


def words_of(name: str, *arguments: str) -> Directive:
    return Directive(name, arguments)


SAVE = POINTS.map(lambda points: words_of("save", *(itertools.chain(*points) if points else [""])))
EVENTS = strategies.text("Ag$lshzxetdKEm", max_size=8).map(lambda text: words_of("notify-keyspace-events", text))
PERCENTILES = strategies.lists(strategies.floats(0, 100).map(lambda number: f"{number:.3f}"), max_size=3).map(
    lambda numbers: words_of("latency-tracking-info-percentiles", *(numbers or [""]))
)
SHUTDOWN = strategies.lists(strategies.sampled_from(["nosave", "now", "FORCE"]), min_size=1, max_size=3).map(
    lambda flags: words_of("shutdown-on-sigterm", " ".join(flags))
)
LIMIT = strategies.tuples(
    strategies.sampled_from(["normal", "slave", "replica", "PUBSUB"]), NUMBERS, NUMBERS.map("{}kb".format), NUMBERS
)
LIMITS = strategies.lists(LIMIT, min_size=1, max_size=3).map(
    lambda limits: words_of("client-output-buffer-limit", *itertools.chain(*limits))
)
SOME = strategies.one_of(
    *(directive(name, any_case("yes") | any_case("no")) for name in FLAGS),
    *(directive(name, strategies.builds("{}{}".format, NUMBERS, UNITS)) for name in sorted(SIZES)),
    directive("maxmemory-policy", strategies.sampled_from(EVICTION.expected.removeprefix("one of ").split(", "))),
    directive("masterauth", strategies.text(max_size=20)),
    directive("masteruser", WITHOUT_NUL),
    directive("slave-announce-ip", WITHOUT_NUL),
    directive("min-slaves-max-lag", NUMBERS),
    directive("slowlog-log-slower-than", strategies.integers(-1, 10**15).map(str)),
    directive("oom-score-adj-values", *[strategies.integers(0, 1000).map(str)] * 3),
    SAVE,
    EVENTS,
    PERCENTILES,
    SHUTDOWN,
    LIMITS,
)


def test_redis_makes_the_same_of_what_is_rendered(tmp_path: Path) -> None:
    address = next_address()
    server = PracticeServer(tmp_path, "any.conf", patient_client(address, 6379, None))

    @hypothesis_settings(
        max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
    )
    @given(strategies.lists(SOME, min_size=20, max_size=80))
    def check(directives: list[Directive]) -> None:
        text = render([Directive("bind", (address,)), *directives])
        (tmp_path / "any.conf").write_text(text, newline="")
        expected = normal(parse(text))
        names = {place[0] for place in expected}
        try:
            server.start()
            found = present_values(server.client, *names)
        finally:
            server.stop()
        values = {place[0]: spoken(value) for place, value in expected.items() if len(place) == 1 and value != ()}
        assert {name: found[name] for name in values} == {**values, **reordered(found, values)}
        limits = found.get("client-output-buffer-limit", "").replace("slave", "replica")
        for place, value in expected.items():
            assert len(place) == 1 or f"{place[1]} {spoken(value)}" in limits
        assert all(found[place[0]] == "" for place, value in expected.items() if value == ())

    check()


def reordered(found: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """Return the save points as Redis orders them, once they are known to be the same."""
    if "save" not in values:
        return {}
    pairs = [
        sorted(zip(text.split()[::2], text.split()[1::2], strict=True)) for text in (found["save"], values["save"])
    ]
    assert pairs[0] == pairs[1]
    return {"save": found["save"]}


@pytest.mark.parametrize(
    ("text", "place", "value"),
    [
        ("MAXMEMORY 2GB", ("maxmemory",), (("2147483648",),)),
        ("maxmemory 1gb\nmaxmemory 1g", ("maxmemory",), (("1000000000",),)),
        ("maxmemory-clients 5%", ("maxmemory-clients",), (("5%",),)),
        ("appendonly YES", ("appendonly",), (("yes",),)),
        ("slaveof 10.0.0.1 6379", ("replicaof",), (("10.0.0.1", "6379"),)),
        ("replicaof no one", ("replicaof",), ()),
        ("save 900 1 300 10", ("save",), (("900", "1"), ("300", "10"))),
        ('save "300 10 900 1"', ("save",), (("900", "1"), ("300", "10"))),
        ("save 300 10\nsave 900 1", ("save",), (("900", "1"), ("300", "10"))),
        ('save 900 1\nsave ""', ("save",), ()),
        ('save ""\nsave 900 1', ("save",), (("900", "1"),)),
        ('bind ""', ("bind",), ()),
        ("bind 10.0.0.1 -::1", ("bind",), (("10.0.0.1", "-::1"),)),
        ("rename-command config secret", ("rename-command", "CONFIG"), (("secret",),)),
        ("notify-keyspace-events Ex", ("notify-keyspace-events",), (("xE",),)),
        ("notify-keyspace-events KEmA", ("notify-keyspace-events",), (("AKEm",),)),
        ("shutdown-on-sigterm FORCE now", ("shutdown-on-sigterm",), (("now", "force"),)),
        ("oom-score-adj RELATIVE", ("oom-score-adj",), (("yes",),)),
        ("oom-score-adj-values 0 200 0800", ("oom-score-adj-values",), (("0", "200", "800"),)),
        ("latency-tracking-info-percentiles 50 99.90", ("latency-tracking-info-percentiles",), (("50", "99.9"),)),
        ("unixsocketperm 0700", ("unixsocketperm",), (("700",),)),
        (r'dir "C:\\data\\"', ("dir",), (("C:/data",),)),
        ("dir C:/", ("dir",), (("C:/",),)),
        ("include C:\\a.conf", ("include", "C:/a.conf"), ((),)),
        ("loadmodule C:\\a.dll x 1", ("loadmodule", "C:/a.dll"), (("x", "1"),)),
        ("appendonly yes # x", ("appendonly",), (("yes", "#", "x"),)),
        ("save 900 1 # x", ("save",), (("900", "1", "#", "x"),)),
        ('bind "a\'b"', ("bind",), (("a'b",),)),
        ("winlog-level OFF", ("winlog-level",), (("off",),)),
    ],
)
def test_values_have_one_form(text: str, place: tuple[str, ...], value: tuple[tuple[str, ...], ...]) -> None:
    assert normal(parse(text)) == {place: value}
    assert {key(directive) for directive in parse(text)} == {place}


def test_every_class_of_a_line_of_limits_is_a_value_of_its_own() -> None:
    text = "client-output-buffer-limit normal 0 0 0 slave 1mb 1k 060\nclient-output-buffer-limit normal 1 1 1"
    assert normal(parse(text)) == {
        ("client-output-buffer-limit", "normal"): (("1", "1", "1"),),
        ("client-output-buffer-limit", "replica"): (("1048576", "1000", "60"),),
    }
    assert key(parse(text)[0]) == ("client-output-buffer-limit", "normal")


@pytest.mark.parametrize(
    ("rules", "same"),
    [
        (
            "on >secret allkeys allchannels allcommands",
            f"#{'2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'} sanitize-payload &* ON ~* +@all",
        ),
        ("on nopass ~a ~b +get +set", "nopass on %RW~b ~a -@all +GET +set"),
        (">a >b <a ~* resetkeys ~c -get +get", "resetpass >b -@all ~c +get"),
        (">a nopass on", "on nopass off on"),
        ("on (+get ~x) (~y +set)", "on (~x +GET) ( +set ~y )"),
        ("on ~* reset off", ""),
        ("on +@read +set -get ~*", "on ~* +@read -get +set"),
        ("on (+get ~x) clearselectors", "on"),
        (
            "on !2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b skip-sanitize-payload",
            "on skip-sanitize-payload",
        ),
    ],
)
def test_rules_of_a_user_have_one_form(rules: str, same: str) -> None:
    assert normal(parse(f"user app {rules}")) == normal(parse(f"user app {same}"))
    assert normal(parse(f"user app {rules}")) != normal(parse("user app on nopass ~z"))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("save 900 1      # Save if secret", "save: expected pairs of seconds and changes"),
        ("appendonly yes # secret", "appendonly: expected one of yes, no"),
        ("requirepass secret # y", "requirepass: expected one value"),
        ("maxmemory 2 GB", "maxmemory: expected a size such as 2gb"),
        ("maxmemory 75%", "maxmemory: expected a size such as 2gb"),
        ("maxheap 1gb", "maxheap: expected a directive of Redis 7 or Memurai 4"),
        ("maxmemroy secret", "maxmemroy: expected a directive of Redis 7 or Memurai 4"),
        ("maxmemory-policy secret", "maxmemory-policy: expected one of volatile-lru"),
        ("tcp-backlog 0x10", "tcp-backlog: expected a whole number"),
        ("client-output-buffer-limit normal 0 0", "client-output-buffer-limit: expected a class"),
        ("oom-score-adj-values 1 2", "oom-score-adj-values: expected three whole numbers"),
        ("latency-tracking-info-percentiles 101", "latency-tracking-info-percentiles: expected numbers from 0 to 100"),
        ("shutdown-on-sigterm later", "shutdown-on-sigterm: expected default, or some of save"),
        ("notify-keyspace-events secret", "notify-keyspace-events: expected letters of A"),
        ("replicaof secret", "replicaof: expected a host and a port"),
        ("unixsocketperm 9", "unixsocketperm: expected an octal number"),
        ("rename-command CONFIG", "rename-command: expected 2 argument(s), found 1"),
        ("sentinel monitor m 127.0.0.1 1 1", "sentinel: expected a directive of Redis 7 or Memurai 4"),
        ("lua-replicate-commands", "lua-replicate-commands: expected 1 argument(s), found 0"),
    ],
)
def test_what_keeps_redis_from_starting_is_a_problem(tmp_path: Path, line: str, complaint: str) -> None:
    assert "FATAL CONFIG FILE ERROR" in refusal(tmp_path, f"save 900 1\n{line}\n".encode())
    (problem,) = problems(parse(f"save 900 1\n{line}\n"))
    assert problem.startswith(f"line 2: {complaint}")
    assert "secret" not in problem
    assert ("a comment must stand on a line of its own" in problem) == ("#" in line)


@pytest.mark.parametrize("line", ["appendonly yes", "module.option a b", "list-max-ziplist-value 64", "license-file x"])
def test_what_is_right_is_no_problem(line: str) -> None:
    assert problems(parse(line)) == ()


def test_a_path_whose_backslashes_became_control_characters_is_a_problem() -> None:
    (problem,) = problems(parse('dir "C:\\temp"'))
    assert 'written "C:/folder/file"' in problem


def test_users_and_an_acl_file_together_are_a_problem() -> None:
    (problem,) = problems(parse('aclfile "C:/users.acl"\nuser app on'))
    assert problem.startswith("aclfile and user: ")
    assert problems(parse('aclfile ""\nuser app on')) == ()


def test_a_directive_without_a_line_is_named_alone() -> None:
    assert problems([Directive("port", ("x",))])[0].startswith("port: expected a whole number")


@pytest.mark.parametrize(
    ("rules", "other"),
    [
        ("on +@read -get", "on -get +@read"),
        ("on -client +client|list", "on +client|list -client"),
        ("on >a", "on >b"),
        ("on ~a", "on %R~a"),
        ("on (+get ~x)", "on +get ~x"),
    ],
)
def test_different_rules_stay_different(rules: str, other: str) -> None:
    assert normal(parse(f"user app {rules}")) != normal(parse(f"user app {other}"))
