"""Settings whose effect on the data only the running server can tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run, practice_hosts, wait_until
from present_practice import Operator, at_rest, client, wait_until_written

FLUSHABLE = {
    "password": "env:MEMURAI_LAB_PASSWORD",
    "renamed_commands": {"CONFIG": "env:MEMURAI_LAB_CONFIG_COMMAND"},
}
MORE = {"memurai_extra": {"directives": {"databases": "32"}}}


@pytest.fixture(scope="module")
def practice(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice host."""
    yield from practice_hosts(1, variables, tmp_path_factory.mktemp("limits"))


def deployed(practice: Practice, **data: object) -> Operator:
    """Return an operator of a host that was deployed with these settings."""
    operator = Operator(practice, dict(data), CANARY)
    run = operator.deploy()
    assert run.exit_code == 0, run.output
    return operator


def fewer(operator: Operator) -> Run:
    """Deploy with as many databases as Redis has when nothing is said."""
    operator.data.pop("memurai_extra", None)
    return operator.deploy()


def keyspace(practice: Practice) -> dict[str, int]:
    """Return the number of keys of each database."""
    with client(practice, CANARY) as connection:
        return {name: found["keys"] for name, found in connection.info("keyspace").items()}


def written(practice: Practice) -> None:
    """Write a key of the same name into two databases, and another one."""
    for database, values in ((0, {"user:1": "in-db0", "keep": "in-db0"}), (20, {"user:1": "in-db20"})):
        with client(practice, CANARY, db=database) as connection:
            connection.mset(values)
            wait_until_written(connection)


@pytest.mark.parametrize("rewritten", [False, True], ids=["as written", "rewritten"])
def test_fewer_databases_are_refused_while_one_that_goes_has_keys(practice: Practice, rewritten: bool) -> None:
    operator = deployed(practice, **MORE)
    written(practice)
    if rewritten:
        with client(practice, CANARY) as connection:
            connection.bgrewriteaof()
            wait_until(lambda: connection.info("persistence")["aof_rewrite_in_progress"] == 0, "the rewritten AOF")
    before, process = at_rest(practice.machine), practice.machine.services.get("Memurai").process_id
    refused = fewer(operator)
    assert refused.exit_code == 1, refused.output
    assert "databases that go (16 to 31), found db20: 1 keys" in refused.output
    assert at_rest(practice.machine) == before
    assert practice.machine.services.get("Memurai").process_id == process
    operator.obey(refused)
    assert keyspace(practice) == {"db0": 2, "db20": 1}
    with client(practice, CANARY, db=20) as last:
        last.delete("user:1")


def test_the_append_only_file_is_rewritten_before_there_are_fewer_databases(practice: Practice) -> None:
    """Otherwise its FLUSHDB of a database that goes would run in one that stays, and so would what comes after it."""
    operator = deployed(practice, **MORE, memurai_security=FLUSHABLE)
    with client(practice, CANARY) as connection:
        connection.mset({f"key:{number}": number for number in range(5)})
    count = keyspace(practice)["db0"]
    with client(practice, CANARY, db=20) as connection:
        connection.set("tmp", 1)
        connection.flushdb()
    assert keyspace(practice) == {"db0": count}
    run = fewer(operator)
    assert run.exit_code == 0, run.output
    assert keyspace(practice) == {"db0": count}
    assert "+ rewritten, while no client writes" in run.output
    with client(practice, CANARY) as connection:
        connection.set("after", 1)
    with pytest.raises(redis.ResponseError, match="out of range"), client(practice, CANARY, db=20) as connection:
        connection.ping()


def test_a_rollback_to_fewer_databases_asks_the_server_too(practice: Practice) -> None:
    deployed(practice)
    operator = deployed(practice, **MORE)
    written(practice)
    previous = ("tasks/rollback.py", "--data", "rollback_to=previous", "-y")
    back = practice.run("pyinfra", practice.inventory(lab1=operator.data), *previous)
    assert back.exit_code == 1
    assert "found db20: 1 keys" in back.output
    assert keyspace(practice)["db20"] == 1


def test_fewer_databases_of_a_server_that_can_not_be_asked_are_refused(practice: Practice) -> None:
    operator = deployed(practice, **MORE)
    practice.machine.services.stop("Memurai")
    before = at_rest(practice.machine)
    refused = fewer(operator)
    assert refused.exit_code == 1, refused.output
    assert "expected at least 32 while the service Memurai does not run" in refused.output
    assert at_rest(practice.machine) == before
    operator.obey(refused)
    assert practice.machine.services.get("Memurai").state == "Running"


def test_less_memory_of_a_server_that_can_not_be_asked_is_refused(practice: Practice) -> None:
    operator = deployed(practice, **MORE, memurai_memory={"maxmemory": "64mb"})
    with client(practice, CANARY) as connection:
        connection.mset({f"large:{number}": "x" * 1_000_000 for number in range(24)})
        count = connection.dbsize()
    practice.machine.services.stop("Memurai")
    before = at_rest(practice.machine)
    operator.data["memurai_memory"] = {"maxmemory": "16mb"}
    refused = operator.deploy()
    assert refused.exit_code == 1, refused.output
    assert "maxmemory: expected at least 64mb while the service Memurai does not run" in refused.output
    assert at_rest(practice.machine) == before
    operator.obey(refused)
    with client(practice, CANARY) as connection:
        assert connection.dbsize() == count


@pytest.mark.parametrize("policy", ["allkeys-lru", "noeviction"])
def test_less_memory_than_the_data_has_is_refused(practice: Practice, policy: str) -> None:
    operator = deployed(practice, **MORE, memurai_memory={"maxmemory": "64mb", "policy": policy})
    with client(practice, CANARY) as connection:
        connection.mset({f"large:{number}": "x" * 1_000_000 for number in range(24)})
        count = connection.dbsize()
        used = int(connection.info("memory")["used_memory"])
        operator.data["memurai_memory"] = {"maxmemory": "16mb", "policy": policy}
        refused = operator.deploy()
        assert refused.exit_code == 1, refused.output
        assert "maxmemory: expected at least the" in refused.output
        assert "found 16777216 (16mb)" in refused.output
        assert used > 16 * 1024**2
        assert connection.dbsize() == count
        assert connection.execute_command(CONFIG_COMMAND, "GET", "maxmemory") == {"maxmemory": str(64 * 1024**2)}
